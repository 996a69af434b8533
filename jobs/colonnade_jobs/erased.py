"""Who was erased from a Dataset, and which of its versions were destroyed for that: remembered beside the versions.

`erased/DATASET/subjects/KEY-ID/HASH.json` and `erased/DATASET/versions/HEX.json`, in the store and in its backup. A
subject stands there by its keyed hash alone. Both are written before anything is destroyed, and are never removed.
"""

import json
from typing import NamedTuple

from colonnade_api.stored import canonical_json
from colonnade_serving.digests import PREFIX, hex_of
from colonnade_serving.store import Item, Store

FOLDER = "erased"


class ErasedSubject(NamedTuple):
    """key_id: of the key that made the hash."""

    key_id: str
    hash: str


def remember(store: Store, dataset: str, subject: ErasedSubject) -> None:
    """From now on, no look at the Dataset's source takes this subject's rows."""
    store.put_new(f"{FOLDER}/{dataset}/subjects/{subject.key_id}/{subject.hash}.json", canonical_json({}))


def subjects(store: Store, dataset: str) -> list[ErasedSubject]:
    """All who were erased from a Dataset."""
    paths = (item.path.split("/") for item in store.list(f"{FOLDER}/{dataset}/subjects"))
    return [ErasedSubject(key, name.removesuffix(".json")) for *_, key, name in paths]


def bury(store: Store, dataset: str, digest: str, successor: str | None) -> None:
    """Says that a version is destroyed, and what is in its place, before it is."""
    store.put_new(_grave(dataset, digest), canonical_json({"digest": digest, "successor": successor}))


def is_buried(store: Store, dataset: str, digest: str) -> bool:
    return store.exists(_grave(dataset, digest))


def successor(store: Store, dataset: str, digest: str) -> str | None:
    """What is in the place of a buried version; None where nothing was left of it."""
    found: str | None = json.loads(store.get(_grave(dataset, digest)))["successor"]
    return found


def buried(store: Store, dataset: str) -> list[str]:
    """All of a Dataset's versions that were destroyed."""
    return [f"{PREFIX}{_name(item)}" for item in store.list(f"{FOLDER}/{dataset}/versions")]


def all_buried(store: Store) -> set[str]:
    """Those of all Datasets."""
    return {f"{PREFIX}{_name(item)}" for item in store.list(FOLDER) if item.path.split("/")[2] == "versions"}


def successors(store: Store, dataset: str) -> set[str]:
    """What is in their places; some of it may be buried too."""
    found = (successor(store, dataset, digest) for digest in buried(store, dataset))
    return {each for each in found if each}


def is_erased(store: Store, digest: str) -> bool:
    """Whether a version of any Dataset was destroyed for an erasure."""
    return any(item.path.endswith(f"/versions/{hex_of(digest)}.json") for item in store.list(FOLDER))


def copy_memory(source: Store, target: Store, dataset: str) -> None:
    """What one of the two knows of erasures, the other knows too."""
    there = {item.path for item in target.list(f"{FOLDER}/{dataset}")}
    for item in source.list(f"{FOLDER}/{dataset}"):
        if item.path not in there:
            target.put_new(item.path, source.get(item.path))


def _grave(dataset: str, digest: str) -> str:
    return f"{FOLDER}/{dataset}/versions/{hex_of(digest)}.json"


def _name(item: Item) -> str:
    return item.path.rpartition("/")[2].removesuffix(".json")
