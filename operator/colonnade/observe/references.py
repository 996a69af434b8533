"""Who refers to what in the artifact store."""

from collections.abc import Callable
from datetime import datetime

from pydantic import ValidationError

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, Key, Manifest, Resource
from colonnade.observe import objects
from colonnade.observe.cache import Cache
from colonnade.observe.index import DATASET_OF_VERSION, UPSTREAMS_OF_DATASET
from colonnade.plan.common.places import Place
from colonnade.plan.dataset.observed import Collection
from colonnade_api import Dataset, DatasetStatus, Deployment, ModelVersion, ModelVersionStatus
from colonnade_api.references import of_dataset, of_deployment, of_model, shortly


def pinned(key: Key, cache: Cache) -> frozenset[str]:
    """The versions of a Dataset that others refer to, by their digests."""
    trained = cache.having(MODEL_VERSIONS, key.namespace, DATASET_OF_VERSION, key.name)
    made = (live for path in UPSTREAMS_OF_DATASET for live in cache.having(DATASETS, key.namespace, path, key.name))
    return frozenset(
        (
            *filter(None, (cache.derived(live, _trained_on) for live in trained)),
            *(digest for live in made for name, digest in cache.derived(live, _made_of) if name == key.name),
        )
    )


def collection(
    key: Key, live: Manifest, cache: Cache, installation: str, place: Callable[[str], Place | None]
) -> Collection | None:
    """All that is referred to in any namespace of the same store, where this Dataset collects its namespace's garbage:
    the oldest of those with a retention does."""
    if not installation or not _retains(live) or _collector(key.namespace, cache) != key.name:
        return None
    units, own = set[str](), place(key.namespace)
    for resource, derive in DERIVE:
        for each in cache.all(resource):
            there = place(str(each["metadata"]["namespace"]))
            if own and there and there.url != own.url:
                continue
            try:
                units |= cache.derived(each, derive)
            except ValidationError:
                about = each["metadata"]
                return Collection(installation, unreadable=f"{resource.short}/{about['name']} in {about['namespace']}")
    return Collection(installation, tuple(sorted(units)))


def _collector(namespace: str, cache: Cache) -> str | None:
    retaining = (
        (objects.created_at(live), str(live["metadata"]["name"]))
        for live in cache.all(DATASETS)
        if live["metadata"]["namespace"] == namespace and _retains(live)
    )
    oldest: tuple[datetime, str] | None = min(retaining, default=None)
    return oldest[1] if oldest else None


def _retains(live: Manifest) -> bool:
    return bool(live["spec"].get("retention")) and not objects.deleting(live)


def _of_dataset(live: Manifest) -> frozenset[str]:
    return frozenset(shortly(unit) for unit, _ in of_dataset(Dataset.model_validate(live)))


def _of_model(live: Manifest) -> frozenset[str]:
    return frozenset(shortly(unit) for unit, _ in of_model(ModelVersion.model_validate(live)))


def _of_deployment(live: Manifest) -> frozenset[str]:
    return frozenset(shortly(unit) for unit, _ in of_deployment(Deployment.model_validate(live)))


def _made_of(live: Manifest) -> frozenset[tuple[str, str]]:
    versions = objects.status_of_another(DatasetStatus, live).versions
    return frozenset((each.dataset, each.digest) for version in versions for each in version.upstream)


def _trained_on(live: Manifest) -> str | None:
    found = objects.status_of_another(ModelVersionStatus, live).dataset
    return found.digest if found else None


DERIVE: tuple[tuple[Resource, Callable[[Manifest], frozenset[str]]], ...] = (
    (DATASETS, _of_dataset),
    (MODEL_VERSIONS, _of_model),
    (DEPLOYMENTS, _of_deployment),
)
