"""From the copy back into the store: a version that is gone comes whole, of one that is damaged the damaged files."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from colonnade_api.datasets.dataset import DatasetVersion
from colonnade_api.jobs.keeping import KeepResult, RestoreTask, shortly
from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, MANIFEST, QUARANTINE, REPORT, proven_manifest, table_digest
from colonnade_serving.digests import hex_of, of_file
from colonnade_serving.store import Store, StoreNotFound

from .. import erased, marks, progress
from ..errors import PermanentError
from ..formatting import size
from .blobs import faults
from .copies import Copies


def run(task: RestoreTask, store: Store, copies: Copies, scratch: Path) -> KeepResult:
    """Brings back what is wanted, and tells of what status lacks. Who was erased stays so."""
    erased.copy_memory(copies.store, store, copies.dataset)
    entries = list(copies.entries())
    named = _wanted(task, entries)
    wanted = [digest for digest in named if not erased.is_buried(store, copies.dataset, digest)]
    if named and not wanted:
        raise PermanentError(
            "VersionErased", f"{named[0]} was destroyed, since it had rows of someone who is erased: nothing has it"
        )
    if not wanted:
        return _failed(f"{copies.store.url} has no copy of any version of dset/{copies.dataset}", (), 0)
    brought, done, missing = 0, list[str](), list[str]()
    for digest in wanted:
        found = 0 if task.brought else _brought(digest, store, copies, scratch)
        if found is None:
            missing.append(shortly(digest))
        else:
            brought += found
            done.append(digest)
    told = tuple(_here(entry, store) for entry in entries if entry.digest in done and not _listed(entry, task))
    if missing:
        said = f"{copies.store.url} has no whole copy of {', '.join(missing[:5])} ({len(missing)} of {len(wanted)})"
        return _failed(said, told, brought)
    older = len(entries) - sum(entry.digest in done for entry in entries)
    rest = f"; {older} more have a copy, and --version brings one of them" if older and task.newest else ""
    return KeepResult(
        outcome="Succeeded",
        reason="Restored",
        message=f"{len(done)} versions are in the store, their digests proven; {size(brought)} were brought back{rest}",
        restored=told,
        bytes=brought,
    )


def _wanted(task: RestoreTask, entries: Sequence[DatasetVersion]) -> list[str]:
    copied = [entry.digest for entry in entries if entry.digest]
    held = (digest for digest in copied if any(hex_of(digest).startswith(digits) for digits in task.held))
    return list(dict.fromkeys((*task.versions, *held, *copied[: task.newest])))


def _brought(digest: str, store: Store, copies: Copies, scratch: Path) -> int | None:
    """None where no copy is whole, and what the store has isn't either."""
    progress.report(10, f"restoring {digest}")
    found = bring(digest, store, copies, scratch)
    return 0 if found is None and next(faults(store, digest, scratch), None) is None else found


def _listed(entry: DatasetVersion, task: RestoreTask) -> bool:
    return shortly(entry.digest or "") in task.listed


def _here(entry: DatasetVersion, store: Store) -> DatasetVersion:
    """As status has it: the store that it was copied from may have lain elsewhere."""
    unit = version_unit(entry.digest or "")
    return entry.model_copy(
        update={"report_uri": store.uri(f"{unit}/{REPORT}"), "quarantine_uri": store.uri(f"{unit}/{QUARANTINE}")}
    )


def bring(digest: str, store: Store, copies: Copies, scratch: Path) -> int | None:
    """The bytes that were written so that the store has the version whole; None where no whole copy has them."""
    with TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        if fetch(digest, copies, folder) is None:
            return None
        unit = version_unit(digest)
        marks.keep(store, unit, MANIFEST)
        if store.commit(folder, unit, MANIFEST):
            return sum(file.stat().st_size for file in folder.iterdir())
        last = sorted(folder.iterdir(), key=lambda file: file.name == MANIFEST)
        return sum(_replace(file, store, f"{unit}/{file.name}", scratch) for file in last)


def proven(digest: str, copies: Copies, scratch: Path) -> bool:
    """Whether the copy can be restored, byte for byte; it is, into scratch."""
    with TemporaryDirectory(dir=scratch) as name:
        return fetch(digest, copies, Path(name)) is not None


def fetch(digest: str, copies: Copies, folder: Path) -> dict[str, Any] | None:
    """Puts the copy's files into folder; returns its manifest, None where no whole copy has them."""
    document = copies.document(digest)
    if document is None:
        return None
    for name, file in document["files"].items():
        if Path(name).name != name or not copies.fetch_blob(file["digest"], folder / name):
            return None
    if not (folder / MANIFEST).exists():
        return None
    manifest = proven_manifest((folder / MANIFEST).read_bytes(), digest)
    if manifest is None:
        return None
    named = all((folder / name).exists() and of_file(folder / name) == is_ for name, is_ in manifest["files"].items())
    is_whole = named and (bool(manifest.get("encrypted")) or table_digest(folder / DATA) == manifest["content"])
    return manifest if is_whole else None


def _replace(file: Path, store: Store, path: str, scratch: Path) -> int:
    """What is there and right stays."""
    target = scratch / "present"
    try:
        if store.fetch(path, target) == of_file(file):
            return 0
    except StoreNotFound:
        pass
    finally:
        target.unlink(missing_ok=True)
    store.send(file, path)
    return file.stat().st_size


def _failed(said: str, restored: tuple[DatasetVersion, ...], brought: int) -> KeepResult:
    return KeepResult(
        outcome="Failed",
        reason="CopyMissing",
        message=f"{said}; collect it from its source again, or name another backup",
        restored=restored,
        bytes=brought,
    )
