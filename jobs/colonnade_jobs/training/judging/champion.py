"""The version that serves while another trains: fetched, proven by its digest, and asked the same rows."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from colonnade_api.jobs import ServingVersion
from colonnade_api.models.training import Training
from colonnade_serving import digests
from colonnade_serving.bundle import MANIFEST, Bundle, BundleError, GoldenMismatch, read_bundle, replay, verify_bundle
from colonnade_serving.engine import Engine, ModelFailed
from colonnade_serving.modelfile import ModelInvalid
from colonnade_serving.store import Store, StoreError, StoreNotFound

from ... import resources
from ...errors import TransientError
from ..export.parity import BATCH
from ..learning.features import KINDS, Feature
from ..rows.frames import Frame

Array = np.ndarray[Any, Any]


class Incomparable(Exception):
    """Why the version that serves can't be held against another one, for people."""


@dataclass(frozen=True)
class Champion:
    """The version that serves. target, dataset: what it predicts, and the digest of what it learnt from."""

    name: str
    bundle: Bundle
    engine: Engine
    target: str | None
    dataset: str | None


def fetch(serving: ServingVersion, store: Store, folder: Path) -> Champion:
    """Loads the bundle that serves, after checking each of its files and its golden answers.

    folder: an empty one. Raises Incomparable, TransientError.
    """
    name = serving.model_version
    try:
        bundle = _verified(serving, store, folder)
        engine = Engine(folder / "model.onnx", threads=1)
        replay(bundle.golden, engine.infer)
    except StoreNotFound as error:
        raise Incomparable(f"the bundle of {name}, which serves, is gone from the store: {error}") from error
    except StoreError as error:
        raise TransientError("StoreUnreachable", str(error)) from error
    except BundleError as error:
        raise Incomparable(f"the bundle of {name}, which serves, isn't what its digest names: {error}") from error
    except (ModelInvalid, ModelFailed, GoldenMismatch) as error:
        raise Incomparable(f"{name}, which serves, doesn't answer here as where it was trained: {error}") from error
    card = json.loads((folder / "card.json").read_bytes())
    dataset = bundle.lineage.get("dataset")
    return Champion(name, bundle, engine, card["modelParameters"]["target"], str(dataset) if dataset else None)


def check(champion: Champion, wanted: Training, classes: list[Any] | None) -> None:
    """Raises Incomparable unless it answers the question that the other version answers."""
    bundle, name = champion.bundle, champion.name
    if bundle.task is None:
        raise Incomparable(f"{name}, which serves, was imported: what its outputs mean isn't known")
    if (bundle.task, champion.target) != (wanted.task, wanted.target):
        raise Incomparable(
            f"{name}, which serves, is a {bundle.task} of {champion.target}, and this version a {wanted.task} of "
            f"{wanted.target}"
        )
    if classes is not None and not set(classes) & set(bundle.classes or []):
        raise Incomparable(f"{name}, which serves, knows none of this version's classes ({_some(classes)})")


def features(champion: Champion, schema: dict[str, Any]) -> list[Feature]:
    """Its inputs as columns of a dataset. schema: the dataset version's. Raises Incomparable when one isn't there."""
    kinds = {column["name"]: KINDS[column["type"]] for column in schema["columns"]}
    found = []
    for tensor in champion.bundle.inputs:
        if tensor.kind is None or tensor.name not in kinds:
            raise Incomparable(f"{champion.name}, which serves, takes {tensor.name}, a column that the Dataset lacks")
        if kinds[tensor.name] != tensor.kind:
            raise Incomparable(
                f"{champion.name}, which serves, takes {tensor.name} as a {tensor.kind}, and the Dataset has it as a "
                f"{kinds[tensor.name]}"
            )
        found.append(Feature(tensor.name, tensor.kind))
    return found


def ask(champion: Champion, frame: Frame, rows: Array) -> tuple[Array, list[Array]]:
    """Which rows of a frame it answers, shape (rows,), and its outputs for those, in the graph's order.

    A row that it fails on, as on a category that it was told to refuse, is one that it doesn't answer. Raises
    Incomparable when it answers none.
    """
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    with ThreadPoolExecutor(resources.cpus()) as pool:
        found = list(pool.map(lambda batch: _batch(champion.engine, frame, batch), batches))
    answered = np.concatenate([each for each, _ in found])
    if not answered.any():
        raise Incomparable(f"{champion.name}, which serves, answers none of the {len(rows):,} held-out rows")
    return answered, [np.concatenate(of) for of in zip(*(outputs for _, outputs in found if outputs), strict=True)]


def _batch(engine: Engine, frame: Frame, batch: Array) -> tuple[Array, list[Array]]:
    try:
        return np.ones(len(batch), dtype=bool), list(engine.infer(frame.tensors(batch)).values())
    except ModelFailed:
        if len(batch) == 1:
            return np.zeros(1, dtype=bool), []
    alone = [_batch(engine, frame, batch[n : n + 1]) for n in range(len(batch))]
    given = [outputs for _, outputs in alone if outputs]
    return np.concatenate([each for each, _ in alone]), [np.concatenate(of) for of in zip(*given, strict=True)]


def _verified(serving: ServingVersion, store: Store, folder: Path) -> Bundle:
    path = f"models/{digests.hex_of(serving.digest)}"
    store.fetch(f"{path}/{MANIFEST}", folder / MANIFEST)
    for file in read_bundle((folder / MANIFEST).read_bytes()).files:
        store.fetch(f"{path}/{file}", folder / file)
    return verify_bundle(folder, serving.digest)[0]


def _some(classes: list[Any]) -> str:
    return ", ".join(map(str, classes[:3])) + (", …" if len(classes) > 3 else "")
