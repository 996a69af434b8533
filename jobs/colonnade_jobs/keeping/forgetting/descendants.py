"""What was made of destroyed versions, directly or through others: told by what stored versions say of themselves."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colonnade_api.datasets.descent import is_queried
from colonnade_api.references import version_unit
from colonnade_api.stored import MANIFEST, proven_manifest
from colonnade_serving.digests import PREFIX
from colonnade_serving.store import Store, StoreNotFound

from ... import erased as memory
from ..copies import Copies
from . import destroying


@dataclass(frozen=True)
class Made:
    """of: by a version's digest, those of the versions that its rows were made of. buried: versions of any Dataset that
    are destroyed."""

    of: Mapping[str, Collection[str]]
    buried: frozenset[str]

    def of_destroyed(self, digest: str) -> bool:
        """Whether a version is destroyed, or its rows were made of one that is."""
        waits, seen = [digest], {digest}
        while waits:
            if (last := waits.pop()) in self.buried:
                return True
            further = set(self.of.get(last, ())) - seen
            seen |= further
            waits += further
        return False


def read(store: Store, copies: Copies | None) -> Made:
    """What store and backup say of it. Raises StoreError."""
    of: dict[str, Collection[str]] = {}
    for entry in copies.all_entries() if copies else ():
        if entry.digest and is_queried(entry.source):
            of[entry.digest] = [each.digest for each in entry.upstream]
    for digest in _stored(store):
        if manifest := _manifest(store, digest):
            of[digest] = _made_of(manifest)
    places = (store, *([copies.store] if copies else []))
    return Made(of, frozenset(digest for place in places for digest in memory.all_buried(place)))


def destroy(store: Store, copies: Copies | None, made: Made, stays: Callable[[str], bool]) -> tuple[int, int]:
    """Destroys all that was made of destroyed versions, but for what stays. Returns how many versions that were, and
    how many copies. Raises TransientError, StoreError."""
    gone = {digest for digest in made.of if not stays(digest) and any(map(made.of_destroyed, made.of[digest]))}
    copied = {entry.digest for entry in copies.all_entries()} if copies else set()
    stored = _stored(store)
    for digest in sorted(gone):
        destroy_one(store, copies, digest, is_needed=False)
    return len(gone & stored), len(gone & copied)


def destroy_one(store: Store, copies: Copies | None, digest: str, *, is_needed: bool) -> None:
    """is_needed: by another Dataset, so that only this one's copy goes."""
    if copies:
        files = (_manifest(store, digest) or {"files": {}})["files"].values()
        destroying.destroy_copy(copies, digest, is_needed)
        copies.remove_unnamed(files)
    if not is_needed:
        destroying.destroy_version(store, digest)


def destroy_half_written(store: Store, made: Made) -> None:
    """Of a file store: what a Job was killed over before it had a name, and of which nobody can tell, too."""
    destroying.destroy_half_written(store, lambda folder: _is_theirs(folder, made))


def _is_theirs(folder: Path, made: Made) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return any(map(made.of_destroyed, _made_of(manifest)))
    except (OSError, ValueError, KeyError):
        return True


def _stored(store: Store) -> set[str]:
    return {PREFIX + item.path.split("/")[1] for item in store.list("datasets") if item.path.endswith(f"/{MANIFEST}")}


def _manifest(store: Store, digest: str) -> dict[str, Any] | None:
    """None where there is none that can be believed."""
    try:
        return proven_manifest(store.get(f"{version_unit(digest)}/{MANIFEST}"), digest)
    except StoreNotFound:
        return None


def _made_of(manifest: Mapping[str, Any]) -> Collection[str]:
    found: Mapping[str, str] = manifest.get("upstream", {}) if is_queried(manifest["source"]) else {}
    return found.values()
