"""The Datasets that one is made with, as they are now."""

from colonnade.kube.kinds import DATASETS, MODEL_VERSIONS, Key, Manifest
from colonnade.observe import objects
from colonnade.observe.cache import Cache
from colonnade.plan.common.places import Place
from colonnade.plan.dataset import moving
from colonnade.plan.dataset.upstream import Upstream, Upstreams
from colonnade_api import DatasetStatus, DeploymentStatus
from colonnade_api.datasets.upstreams import upstreams


def upstreams_of(key: Key, live: Manifest, cache: Cache, place: Place | None = None) -> Upstreams:
    named = tuple(_upstream(key.namespace, name, cache, place) for name in names_in(live))
    return Upstreams(named, _circle(key, live, cache))


def names_in(dataset: Manifest) -> tuple[str, ...]:
    return upstreams(dataset.get("spec") or {})


def whose(namespace: str, status: DeploymentStatus, revision: str, cache: Cache) -> str:
    """The Dataset that a revision was trained on, and who owns it, in words; empty where that isn't known."""
    served = (one for one in (status.candidate, status.stable) if one and one.revision == revision)
    version = next((cache.get(Key(MODEL_VERSIONS, namespace, one.model_version)) for one in served), None)
    training = ((version or {}).get("spec") or {}).get("training") or {}
    name = (training.get("datasetRef") or {}).get("name")
    if not name:
        return ""
    dataset = cache.get(Key(DATASETS, namespace, name))
    owner = dataset["spec"].get("owner") if dataset else None
    return f"Dataset {name}, owner {owner}" if owner else f"Dataset {name}, which names no owner"


def _upstream(namespace: str, name: str, cache: Cache, place: Place | None) -> Upstream:
    live = cache.get(Key(DATASETS, namespace, name))
    if live is None:
        return Upstream(name, exists=False)
    status = objects.status_of_another(DatasetStatus, live)
    if moved := moving.elsewhere(moving.relocated(status, place), place):
        return Upstream(name, message=moved)
    _, message = objects.readiness(status.condition("Ready"))
    return Upstream(name, status.current, message=message, keys=objects.encryption_keys(live))


def _circle(key: Key, live: Manifest, cache: Cache) -> tuple[str, ...]:
    """Each Dataset is looked into once, however many ways lead to it."""
    seen: set[str] = set()
    ways: list[tuple[str, ...]] = [(key.name, name) for name in reversed(names_in(live))]
    while ways:
        way = ways.pop()
        if way[-1] == key.name:
            return way
        if way[-1] in seen:
            continue
        seen.add(way[-1])
        if further := cache.get(Key(DATASETS, key.namespace, way[-1])):
            ways += [(*way, name) for name in reversed(names_in(further))]
    return ()
