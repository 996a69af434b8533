"""What else may hold the subject: versions that nobody lists any more, here and in the backup, what was pushed, what
was refused, comparisons, and what Jobs have left that were killed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from colonnade_api.datasets.sources import dataset_uploads
from colonnade_api.references import version_unit
from colonnade_api.stored import MANIFEST
from colonnade_serving.digests import PREFIX

from ... import erased as memory
from ... import marks
from ...data import encryption
from ...data.privacy.subjects import Erased
from ...data.versions import version
from ...errors import PermanentError
from .. import restore
from . import descendants, destroying, finding, sweeping
from .erasure import Erasure
from .finding import found
from .opening import Opened, fetched, in_plain

YOUNG = timedelta(days=1)
"""A version that nobody lists yet may be another Dataset's, whose Job has just stored it."""


@dataclass(frozen=True)
class Remains:
    """versions, copies: that nobody listed and were destroyed. pushed: whether something was. unopened: what nobody
    lists and no key opens, or may be another's: it stays."""

    versions: int
    copies: int
    pushed: bool
    unopened: int


def destroy(erasure: Erasure) -> Remains:
    """All of it. Raises TransientError, StoreError."""
    versions, unopened = _unlisted(erasure)
    copies = _unlisted_copies(erasure)
    pushed, begun = False, marks.marked(erasure.store)
    for unit in (dataset_uploads(erasure.job.name), f"rejected/{erasure.job.name}", f"diffs/{erasure.job.name}"):
        if erasure.store.list(unit) or unit in begun:
            destroying.destroy(erasure.store, unit)
            pushed |= unit.startswith("uploads/")
    made = descendants.read(erasure.store, erasure.copies)
    of_queries = descendants.destroy(erasure.store, erasure.copies, made, _stays(erasure))
    destroying.destroy_half_written(erasure.store, lambda folder: _is_theirs(folder, erasure.subject))
    descendants.destroy_half_written(erasure.store, made)
    if erasure.copies:
        buried = memory.buried(erasure.store, erasure.job.name)
        sweeping.sweep(erasure, erasure.copies, buried)
    return Remains(versions + of_queries[0], copies + of_queries[1], pushed, unopened)


def _unlisted(erasure: Erasure) -> tuple[int, int]:
    """How many versions were destroyed, and how many can't be told."""
    listed = {*erasure.task.versions, *erasure.task.needed, *memory.successors(erasure.store, erasure.job.name)}
    destroyed, unopened = 0, 0
    for digest in sorted({PREFIX + item.path.split("/")[1] for item in erasure.store.list("datasets")} - listed):
        holds = _holds(erasure, digest)
        if holds:
            destroying.destroy_version(erasure.store, digest)
        destroyed, unopened = destroyed + bool(holds), unopened + (holds is None)
    return destroyed, unopened


def _holds(erasure: Erasure, digest: str) -> bool | None:
    """None where nobody can tell, or the version may be another's. What is half removed counts as holding it."""
    if marks.is_being_removed(erasure.store, version_unit(digest)):
        return True
    try:
        with TemporaryDirectory(dir=erasure.scratch) as folder:
            opened = fetched(digest, erasure.store, erasure.ring, Path(folder))
            holds = bool(found(opened, erasure.subject))
    except PermanentError:
        return None
    return None if holds and _may_be_anothers(erasure, opened) else holds


def _may_be_anothers(erasure: Erasure, opened: Opened) -> bool:
    if opened.manifest.get("source") in _sources(erasure):
        return False
    written = max(item.modified for item in erasure.store.list(version_unit(opened.digest)))
    return datetime.now(UTC) - written < YOUNG


def _sources(erasure: Erasure) -> set[str]:
    """Where this Dataset's rows come from, and came from."""
    listed = {*erasure.task.versions, *memory.successors(erasure.store, erasure.job.name)}
    there = (digest for digest in listed if erasure.store.exists(f"{version_unit(digest)}/{MANIFEST}"))
    source = erasure.job.spec.source
    of_versions = {version.read_manifest(erasure.store, digest)["source"] for digest in there}
    return {source.storage_uri or "", source.described, *of_versions}


def _unlisted_copies(erasure: Erasure) -> int:
    copies = erasure.copies
    if copies is None:
        return 0
    listed, destroyed = {*erasure.task.versions, *memory.successors(erasure.store, erasure.job.name)}, 0
    for entry in list(copies.entries()):
        digest = entry.digest or ""
        if digest not in listed and _copy_holds(erasure, digest):
            destroying.destroy_copy(copies, digest, digest in erasure.task.needed)
            destroyed += 1
    return destroyed


def _copy_holds(erasure: Erasure, digest: str) -> bool:
    """One that is damaged, or that no key opens, counts as one that does: nobody lists it, and it can't be told."""
    if erasure.copies is None:
        return False
    with TemporaryDirectory(dir=erasure.scratch) as name:
        folder = Path(name)
        manifest = restore.fetch(digest, erasure.copies, folder)
        if manifest is None:
            return True
        try:
            return bool(found(in_plain(digest, manifest, erasure.ring, folder), erasure.subject))
        except PermanentError:
            return True


def _is_theirs(folder: Path, erased: Erased) -> bool:
    """Whether a table in it has their rows, or none can tell."""
    try:
        return any(
            encryption.is_sealed(table) or finding.table_has(table, erased) for table in folder.glob("*.parquet")
        )
    except (OSError, ValueError):
        return True


def _stays(erasure: Erasure) -> Callable[[str], bool]:
    """Whether somebody lists a version; of the Datasets that do, each destroys its own."""
    listed = {*erasure.task.versions, *erasure.task.needed}
    return lambda digest: digest in listed
