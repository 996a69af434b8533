"""Whose pass a change concerns: the object itself, the one that owns it, and those that look at it."""

from collections.abc import Iterator

from colonnade.kube.kinds import (
    DATASETS,
    DEPLOYMENTS,
    MODEL_VERSIONS,
    MONITOR_POLICIES,
    OURS,
    Key,
    Manifest,
    Resource,
    key_of,
)
from colonnade.manifests.labels import owner_of
from colonnade.observe.cache import Cache
from colonnade.observe.index import (
    DATASET_OF_VERSION,
    MODEL_OF_DEPLOYMENT,
    MODEL_OF_VERSION,
    POLICY_OF_DEPLOYMENT,
    UPSTREAMS_OF_DATASET,
    value_at,
)
from colonnade_api.datasets.upstreams import Path


def keys_to_enqueue(manifest: Manifest, cache: Cache) -> set[Key]:
    key = key_of(manifest)
    if key.resource not in OURS:
        owner = owner_of(manifest)
        return {owner} if owner else set()
    return {key, *_onlookers(key, manifest, cache)}


def _onlookers(key: Key, manifest: Manifest, cache: Cache) -> Iterator[Key]:
    if key.resource == DATASETS:
        yield from _naming(MODEL_VERSIONS, DATASET_OF_VERSION, key.name, key.namespace, cache)
        for field in UPSTREAMS_OF_DATASET:
            yield from _naming(DATASETS, field, key.name, key.namespace, cache)
    elif key.resource == MODEL_VERSIONS:
        model = value_at(manifest, MODEL_OF_VERSION)
        yield from _naming(DEPLOYMENTS, MODEL_OF_DEPLOYMENT, model, key.namespace, cache)
    elif key.resource == MONITOR_POLICIES:
        yield from _naming(DEPLOYMENTS, POLICY_OF_DEPLOYMENT, key.name, key.namespace, cache)
    elif key.resource == DEPLOYMENTS:
        if policy := value_at(manifest, POLICY_OF_DEPLOYMENT):
            yield Key(MONITOR_POLICIES, key.namespace, str(policy))
        model = value_at(manifest, MODEL_OF_DEPLOYMENT)
        yield from _naming(MODEL_VERSIONS, MODEL_OF_VERSION, model, key.namespace, cache)


def _naming(resource: Resource, field: Path, value: object, namespace: str, cache: Cache) -> Iterator[Key]:
    """Objects that have this value in this field."""
    if value is not None:
        yield from map(key_of, cache.having(resource, namespace, field, str(value)))
