"""Whose pass a change concerns: the object itself, the one that owns it, and those that look at it."""

from collections.abc import Iterator

from colonnade.manifests.labels import owner_of
from colonnade.manifests.resources import (
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
from colonnade.observe.cache import Cache


def affected(manifest: Manifest, cache: Cache) -> set[Key]:
    key = key_of(manifest)
    if key.resource not in OURS:
        owner = owner_of(manifest)
        return {owner} if owner else set()
    return {key, *_onlookers(key, manifest, cache)}


def _onlookers(key: Key, manifest: Manifest, cache: Cache) -> Iterator[Key]:
    if key.resource == DATASETS:
        yield from _naming(MODEL_VERSIONS, ("training", "datasetRef", "name"), key.name, key.namespace, cache)
    elif key.resource == MODEL_VERSIONS:
        model = _at(manifest, "model")
        yield from _naming(DEPLOYMENTS, ("model", "name"), model, key.namespace, cache)
    elif key.resource == MONITOR_POLICIES:
        yield from _naming(DEPLOYMENTS, ("monitorPolicyRef", "name"), key.name, key.namespace, cache)
    elif key.resource == DEPLOYMENTS:
        if policy := _at(manifest, "monitorPolicyRef", "name"):
            yield Key(MONITOR_POLICIES, key.namespace, str(policy))
        yield from _naming(MODEL_VERSIONS, ("model",), _at(manifest, "model", "name"), key.namespace, cache)


def _naming(resource: Resource, field: tuple[str, ...], value: object, namespace: str, cache: Cache) -> Iterator[Key]:
    """Objects whose spec has this value in this field."""
    for one in cache.within(resource, namespace):
        if value is not None and _at(one, *field) == value:
            yield key_of(one)


def _at(manifest: Manifest, *field: str) -> object:
    value: object = manifest.get("spec")
    for name in field:
        value = value.get(name) if isinstance(value, dict) else None
    return value
