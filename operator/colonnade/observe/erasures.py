"""Whose rows were erased beneath a model, and who else needs what is to be erased."""

from collections import defaultdict
from collections.abc import Mapping

from colonnade.kube.kinds import DATASETS, Key, Manifest
from colonnade.observe import objects
from colonnade.observe.cache import Cache
from colonnade_api import DatasetStatus, PinnedDataset
from colonnade_api.datasets.descent import ErasedBeneath, erased_beneath
from colonnade_api.datasets.keepcommands import parse
from colonnade_api.references import tags
from colonnade_api.wellknown import KEEP_ANNOTATION


def needed(key: Key, live: Manifest, cache: Cache) -> Mapping[str, tuple[str, ...]]:
    """The names of the namespace's other Datasets by the versions that they list or tag, where somebody is to be
    forgotten; else nobody asks."""
    if not _forgets(live):
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for other in cache.all(DATASETS):
        about = other["metadata"]
        if about["namespace"] == key.namespace and about["name"] != key.name:
            for digest in sorted(_needs(other)):
                found[digest].append(about["name"])
    return {digest: tuple(sorted(names)) for digest, names in found.items()}


def beneath(namespace: str, pinned: PinnedDataset | None, cache: Cache) -> ErasedBeneath | None:
    """The erasure of the version that a model was trained on, or of one that this was made with."""

    def status_of(name: str) -> DatasetStatus:
        live = cache.get(Key(DATASETS, namespace, name))
        return cache.derived(live, _status) if live else DatasetStatus()

    return erased_beneath(pinned.name, pinned.digest, status_of) if pinned else None


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
