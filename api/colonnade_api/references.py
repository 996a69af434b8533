"""Who refers to what in the artifact store: what is referred to is never removed from it.

A unit is what goes or stays whole: `datasets/HEX`, `models/HEX`, `uploads/NAME`, `rejected/NAME`.
"""

import re
from collections.abc import Iterator, Mapping

from colonnade_api.datasets.dataset import Dataset
from colonnade_api.datasets.sources import dataset_uploads, model_uploads
from colonnade_api.deployments.deployment import Deployment
from colonnade_api.models.modelversion import ModelVersion
from colonnade_api.wellknown import HOLD_PREFIX, TAG_PREFIX

UNIT = re.compile(r"(datasets|models)/[0-9a-f]{64}|(uploads|rejected|diffs)/[^/]+")
HOLD_DIGITS, SHORT_DIGITS = 32, 20


def unit_of(path: str) -> str | None:
    """The unit that a stored file belongs to; None for what isn't ours to judge."""
    found = UNIT.match("/".join(path.split("/")[:2]))
    return found.group() if found and found.end() == len("/".join(path.split("/")[:2])) else None


def version_unit(digest: str) -> str:
    return f"datasets/{digest.removeprefix('sha256:')}"


def bundle_unit(digest: str) -> str:
    return f"models/{digest.removeprefix('sha256:')}"


def of_dataset(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Its versions, those that they were made of, its tags and holds, its uploads."""
    name = _named("dset", dataset)
    for version in dataset.status.versions:
        if version.digest:
            yield version_unit(version.digest), f"{name} (status.versions)"
        for upstream in version.upstream:
            yield version_unit(upstream.digest), f"{name} (made of it)"
    for tag, digest in tags(dataset.metadata.annotations).items():
        yield version_unit(digest), f"{name} (tag {tag})"
    for digits in holds(dataset.metadata.annotations):
        yield version_unit(digits), f"{name} (hold)"
    if dataset.spec.source.upload is not None:
        yield dataset_uploads(dataset.metadata.name), name
    if dataset.spec.source.storage_uri and "/uploads/" in dataset.spec.source.storage_uri:
        yield dataset_uploads(dataset.metadata.name), name
    if dataset.status.refused:
        yield f"rejected/{dataset.metadata.name}", name


def of_model(model: ModelVersion) -> Iterator[tuple[str, str]]:
    """What it is trained on, its bundle, its upload."""
    name = _named("mv", model)
    if model.status.dataset:
        yield version_unit(model.status.dataset.digest), f"{name} (trained on it)"
    if model.status.digest:
        yield bundle_unit(model.status.digest), name
    if model.spec.source and model.spec.source.upload is not None:
        yield model_uploads(model.metadata.name), name


def of_deployment(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """The bundles that serve, are to serve, or may serve again."""
    name, status = _named("mdep", deployment), deployment.status
    for served in (status.stable, status.candidate):
        if served:
            yield bundle_unit(served.digest), f"{name} (serves it)"
    before = (*(each.digest for each in status.history), *(each.digest for each in status.rejected))
    for digest in filter(None, before):
        yield bundle_unit(digest), f"{name} (may go back to it)"


def shortly(unit: str) -> str:
    """A unit as a Job is told of it: what is named by a digest by the digest's first 20 hex digits."""
    kind, _, name = unit.partition("/")
    return f"{kind}/{name[:SHORT_DIGITS]}" if kind in ("datasets", "models") else unit


def tags(annotations: Mapping[str, str]) -> dict[str, str]:
    """Digests by tag."""
    return {key.removeprefix(TAG_PREFIX): value for key, value in annotations.items() if key.startswith(TAG_PREFIX)}


def holds(annotations: Mapping[str, str]) -> dict[str, str]:
    """Why a version is held, by the first HOLD_DIGITS hex digits of its digest."""
    return {key.removeprefix(HOLD_PREFIX): value for key, value in annotations.items() if key.startswith(HOLD_PREFIX)}


def _named(short: str, item: Dataset | ModelVersion | Deployment) -> str:
    return f"{short}/{item.metadata.name} in {item.metadata.namespace}"
