"""A model that was trained elsewhere: loaded by the serving engine, asked made-up questions, and bundled."""

from pathlib import Path
from typing import Any

import numpy as np

from colonnade_api.datasets.sources import DataSource, model_upload
from colonnade_api.jobs import TrainJob
from colonnade_serving.bundle import Golden, TensorSignature
from colonnade_serving.datatypes import NUMPY
from colonnade_serving.engine import Engine, ModelFailed
from colonnade_serving.modelfile import ModelInvalid
from colonnade_serving.protocol.signature import TensorSpec
from colonnade_serving.store import Store, StoreNotFound

from .. import progress
from ..data.sources import locating
from ..data.sources.locating import Origin
from ..errors import PermanentError, store_answers
from .evaluation import lineage
from .export import golden
from .facts import Facts
from .judging import latency

Array = np.ndarray[Any, Any]
BATCHES = (2, 1)  # a graph may insist on one row at a time
WORDS = ["", "colonnade"]


def describe(job: TrainJob, store: Store, folder: Path, scratch: Path) -> Facts:
    """Fetches the file to folder/model.onnx and describes it.

    Raises PermanentError (ModelInvalid, SignatureUnsupported).
    """
    address = (job.spec.source.storage_uri if job.spec.source else None) or "upload"
    progress.report(5, f"fetching {address}")
    if job.upload:
        _fetch_upload(job.name, job.upload, store, folder / "model.onnx")
    else:
        _fetch_source(job, address, store, folder / "model.onnx", scratch / "downloads")
    progress.report(40, "asking it made-up questions")
    engine = _load(folder / "model.onnx", "spec.source.upload" if job.upload else f"spec.source.storageUri: {address}")
    examples = _golden(engine)
    return Facts(
        model=job.spec.model,
        task=None,
        inputs=_signature(engine.inputs),
        outputs=_signature(engine.outputs),
        classes=_classes(engine),
        golden=examples,
        latency=latency.measure(engine, [{tensor.name: tensor.array() for tensor in examples.inputs}]),
        lineage=lineage(job),
    )


def _fetch_upload(name: str, digest: str, store: Store, target: Path) -> None:
    """What was pushed, if it still has the digest that it was pushed with."""
    path = model_upload(name, digest)
    with store_answers():
        try:
            seen = store.fetch(path, target)
        except StoreNotFound as error:
            raise PermanentError(
                "SourceNotFound", f"spec.source.upload: {path} is not in the store; push it again"
            ) from error
    if seen != digest:
        raise PermanentError(
            "ModelInvalid", f"spec.source.upload: {path} is {seen}, {digest} was pushed; push it again"
        )


def _fetch_source(job: TrainJob, address: str, store: Store, target: Path, downloads: Path) -> None:
    downloads.mkdir()
    wanted = DataSource(storage_uri=address, insecure=bool(job.spec.source and job.spec.source.insecure))
    files = locating.fetch(wanted, Origin(store, ""), downloads).files
    if len(files) > 1:
        raise PermanentError(
            "ModelInvalid", f"spec.source.storageUri: {address} names {len(files)} files; name one .onnx file"
        )
    target.write_bytes(files[0].read_bytes())


def _load(model: Path, source: str) -> Engine:
    """source: the field that the file came by, for people."""
    try:
        return Engine(model)
    except ModelInvalid as error:
        raise PermanentError("ModelInvalid", f"{source}: {error}") from error


def _classes(engine: Engine) -> list[str | int] | None:
    """Of a classifier whose export had them beside its probabilities; of several such outputs, nobody knows whose."""
    return list(*engine.classes.values()) if len(engine.classes) == 1 else None


def _golden(engine: Engine) -> Golden:
    problem = ""
    for rows in BATCHES:
        questions = {spec.name: _made_up(spec, rows) for spec in engine.inputs}
        try:
            first, second = golden.record(engine, questions), golden.record(engine, questions)
        except (ModelFailed, ValueError) as error:
            problem = str(error)
            continue
        if first != second:
            raise PermanentError("ModelInvalid", "the model answers one question in two ways: it draws at random")
        return first
    raise PermanentError("SignatureUnsupported", f"the model fails on made-up inputs of its own signature: {problem}")


def _made_up(spec: TensorSpec, rows: int) -> Array:
    shape = [rows if dim < 0 and axis == 0 else max(dim, 1) for axis, dim in enumerate(spec.shape)]
    size = int(np.prod(shape))
    if spec.datatype == "BYTES":
        return np.array([WORDS[n % 2] for n in range(size)], dtype=object).reshape(shape)
    return (np.arange(size) % 2).astype(NUMPY[spec.datatype]).reshape(shape)


def _signature(specs: tuple[TensorSpec, ...]) -> list[TensorSignature]:
    return [TensorSignature(name=spec.name, datatype=spec.datatype, shape=list(spec.shape)) for spec in specs]
