"""Whose rows were erased beneath a model or a Dataset, and who else needs what is to be erased."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from colonnade.kube.kinds import DATASETS, Key, Manifest
from colonnade.observe import objects
from colonnade.observe.cache import Cache
from colonnade.plan.dataset.descent import Descent
from colonnade_api import DatasetStatus, PinnedDataset
from colonnade_api.datasets.descent import ErasedBeneath, StatusOf, erased_beneath, made_of
from colonnade_api.datasets.descent import beneath as all_beneath
from colonnade_api.datasets.keepcommands import parse
from colonnade_api.datasets.upstreams import values_at
from colonnade_api.jobs.keeping import HeldDescendant, shortly
from colonnade_api.references import HOLD_DIGITS, holds, tags
from colonnade_api.wellknown import KEEP_ANNOTATION

QUERIED = ("spec", "source", "query", "datasets", "*", "name")


def needed(key: Key, live: Manifest, cache: Cache) -> Mapping[str, tuple[str, ...]]:
    """The names of the namespace's other Datasets by the versions that they list or tag, where somebody is to be
    forgotten; else nobody asks. What was made of destroyed rows itself, and isn't held, nobody needs."""
    if not (_forgets(live) or descent(key, live, cache).destroyed):
        return {}
    status_of = _statuses(key.namespace, cache)
    found: dict[str, list[str]] = defaultdict(list)
    for name, other in _others(key, cache):
        held = holds(other["metadata"].get("annotations") or {})
        for digest in sorted(_needs(other)):
            if _hold(digest, held) or not erased_beneath(name, digest, status_of, made_of):
                found[digest].append(name)
    return {digest: tuple(sorted(names)) for digest, names in found.items()}


def beneath(namespace: str, pinned: PinnedDataset | None, cache: Cache) -> ErasedBeneath | None:
    """The erasure of the version that a model was trained on, or of one that this was made with."""
    return erased_beneath(pinned.name, pinned.digest, _statuses(namespace, cache)) if pinned else None


def descent(key: Key, live: Manifest, cache: Cache) -> Descent:
    """What of a Dataset's versions is made of destroyed ones; and, where somebody is to be forgotten, what must stay
    of that which is made of its own."""
    held = _held_descendants(key, cache) if _forgets(live) else {}
    status, status_of = cache.derived(live, _status), _statuses(key.namespace, cache)
    destroyed = tuple(each for name in sorted(_made_of(live, status)) for each in status_of(name).erased)
    if not destroyed:
        return Descent(held=held)
    listed = [version.digest for version in status.versions if version.digest]
    found = {digest: erased_beneath(key.name, digest, status_of, made_of) for digest in listed}
    refused = made_of(status.refused) if status.refused else ()
    return Descent(
        beneath={digest: each for digest, each in found.items() if each},
        refused=any(erased_beneath(each.dataset, each.digest, status_of, made_of) for each in refused),
        destroyed=destroyed,
        held=held,
    )


def _made_of(live: Manifest, status: DatasetStatus) -> set[str]:
    """The names of the Datasets whose rows a Dataset's own are made of, or were."""
    versions = (*status.versions, *([status.refused] if status.refused else []))
    return {*map(str, values_at(live, QUERIED)), *(each.dataset for version in versions for each in made_of(version))}


def _held_descendants(key: Key, cache: Cache) -> dict[str, HeldDescendant]:
    status_of = _statuses(key.namespace, cache)
    found: dict[str, HeldDescendant] = {}
    for name, other in _others(key, cache):
        held = holds(other["metadata"].get("annotations") or {})
        for version in status_of(name).versions if held else ():
            if version.digest and (why := _hold(version.digest, held)):
                short = shortly(version.digest)[:10]
                ways = all_beneath(name, version.digest, status_of, made_of)
                found |= {
                    digest: HeldDescendant(dataset=name, version=short, why=why)
                    for of, digest in ways
                    if of == key.name
                }
    return found


def _hold(digest: str, held: Mapping[str, str]) -> str | None:
    return held.get(digest.removeprefix("sha256:")[:HOLD_DIGITS])


def _others(key: Key, cache: Cache) -> Iterator[tuple[str, Manifest]]:
    """The namespace's other Datasets, by their names."""
    for other in cache.all(DATASETS):
        about = other["metadata"]
        if about["namespace"] == key.namespace and about["name"] != key.name:
            yield str(about["name"]), other


def _statuses(namespace: str, cache: Cache) -> StatusOf:
    def status_of(name: str) -> DatasetStatus:
        live = cache.get(Key(DATASETS, namespace, name))
        return cache.derived(live, _status) if live else DatasetStatus()

    return status_of


def _forgets(live: Manifest) -> bool:
    begun = (live.get("status") or {}).get("keepingNow") or {}
    asked = parse((live["metadata"].get("annotations") or {}).get(KEEP_ANNOTATION, ""))
    failed = (each["kind"] for each in (live.get("status") or {}).get("keeping") or () if each["outcome"] == "Failed")
    return begun.get("kind") == "Forget" or (asked is not None and asked.kind == "Forget") or "Forget" in failed


def _needs(other: Manifest) -> set[str]:
    listed = {version.digest for version in _status(other).versions if version.digest}
    return listed | set(tags(other["metadata"].get("annotations") or {}).values())


def _status(live: Manifest) -> DatasetStatus:
    return objects.status_of_another(DatasetStatus, live)
