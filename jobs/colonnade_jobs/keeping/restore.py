"""From the copy back into the store: a version that is gone comes whole, of one that is damaged the damaged files."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from colonnade_api.dataset import DatasetVersion
from colonnade_api.keepjobs import KeepResult, shortly
from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, MANIFEST, proven_manifest, table_digest
from colonnade_serving.digests import of_file
from colonnade_serving.store import Store, StoreNotFound

from .. import marks, progress
from ..formatting import size
from .copies import Copies


def run(wanted: Sequence[str], store: Store, copies: Copies, scratch: Path) -> KeepResult:
    """Brings versions back; all that the backup has of the Dataset where none is named."""
    entries = list(copies.entries())
    digests = list(wanted) or [entry.digest for entry in entries if entry.digest]
    if not digests:
        return _failed(f"{copies.store.url} has no copy of any version of dset/{copies.dataset}", [], 0)
    brought, done, missing = 0, list[str](), list[str]()
    for digest in digests:
        progress.report(10, f"restoring {digest}")
        found = bring(digest, store, copies, scratch)
        if found is None:
            missing.append(shortly(digest))
        else:
            brought += found
            done.append(digest)
    if missing:
        said = f"{copies.store.url} has no whole copy of {', '.join(missing[:5])} ({len(missing)} of {len(digests)})"
        return _failed(said, _known(entries, done), brought)
    return KeepResult(
        outcome="Succeeded",
        reason="Restored",
        message=f"{len(done)} versions are in the store, their digests proven; {size(brought)} were brought back",
        done=tuple(map(shortly, done)),
        restored=tuple(_known(entries, done)),
        bytes=brought,
    )


def bring(digest: str, store: Store, copies: Copies, scratch: Path) -> int | None:
    """The bytes that were written so that the store has the version whole; None where no whole copy has them."""
    with TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        if not _fetch(digest, copies, folder):
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
        return _fetch(digest, copies, Path(name))


def _fetch(digest: str, copies: Copies, folder: Path) -> bool:
    document = copies.document(digest)
    if document is None:
        return False
    for name, file in document["files"].items():
        if Path(name).name != name or not copies.fetch_blob(file["digest"], folder / name):
            return False
    if not (folder / MANIFEST).exists():
        return False
    manifest = proven_manifest((folder / MANIFEST).read_bytes(), digest)
    if manifest is None:
        return False
    named = all((folder / name).exists() and of_file(folder / name) == is_ for name, is_ in manifest["files"].items())
    return named and (bool(manifest.get("encrypted")) or table_digest(folder / DATA) == manifest["content"])


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


def _known(entries: Iterable[DatasetVersion], digests: Sequence[str]) -> list[DatasetVersion]:
    return [entry for entry in entries if entry.digest in digests]


def _failed(said: str, restored: list[DatasetVersion], brought: int) -> KeepResult:
    return KeepResult(
        outcome="Failed",
        reason="CopyMissing",
        message=f"{said}; collect it from its source again, or name another backup",
        restored=tuple(restored),
        bytes=brought,
    )
