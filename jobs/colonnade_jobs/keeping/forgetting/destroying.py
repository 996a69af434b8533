"""Nothing is left of a version: its files in the store, its copy in the backup, what a Job left that was killed."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from colonnade_api.references import version_unit
from colonnade_api.stored import MANIFEST
from colonnade_serving.store import Store

from ... import marks
from ...errors import TransientError
from ..copies import Copies


def destroy(store: Store, unit: str, manifest: str = MANIFEST) -> None:
    """Removes a unit from the store, by the same steps as who collects garbage, so that no writer relies on it.

    Raises TransientError where a writer has come in between.
    """
    now = datetime.now(UTC)
    marks.mark(store, unit, now)
    if not marks.begin_removal(store, unit, now):
        raise TransientError("InUse", f"{store.uri(unit)} is being written; it is erased in a moment")
    marks.remove_files(store, unit, manifest)
    if store.root is not None:  # and what a writer that was killed has left in its folder
        shutil.rmtree(store.root / unit, ignore_errors=True)
    marks.end_removal(store, unit)


def destroy_version(store: Store, digest: str) -> None:
    destroy(store, version_unit(digest))


def destroy_half_written(store: Store, is_theirs: Callable[[Path], bool]) -> None:
    """Folders on a file store that a Job was killed over before they had a name."""
    for folder in store.root.glob("datasets/.new-*") if store.root else ():
        if is_theirs(folder):
            shutil.rmtree(folder, ignore_errors=True)


def destroy_copy(copies: Copies, digest: str, needed: bool) -> None:
    """Removes a version's copy. needed: by another Dataset, so that only this one's entry goes."""
    if not needed:
        copies.remove_blobs(digest)
    copies.remove_entries(digest, every=not needed)
