"""Copies of versions: what the backup has isn't sent again; what it has is proven by reading it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from colonnade_api.datasets.dataset import DatasetVersion
from colonnade_api.jobs.keeping import KeepResult, shortly
from colonnade_api.references import version_unit
from colonnade_api.stored import MANIFEST, proven_manifest
from colonnade_serving.store import Store, StoreError, StoreNotFound

from .. import erased, progress
from ..errors import TransientError
from ..formatting import size
from . import restore
from .blobs import Fault, key_of
from .copies import Copies

Files = dict[str, dict[str, Any]]


def copy_all(versions: Iterable[DatasetVersion], store: Store, copies: Copies, scratch: Path) -> KeepResult:
    """Of each version a copy. A version that is damaged in the store is named, and its copy stays as it is.

    Raises TransientError when the backup doesn't answer.
    """
    sent, faults, done = 0, list[Fault](), list[str]()
    try:
        erased.copy_memory(store, copies.store, copies.dataset)
        for version in _named(versions):
            progress.report(10, f"copying {version.digest}")
            found, fault = _copy(version, store, copies, scratch)
            sent += found
            if fault:
                faults.append(fault)
            else:
                done.append(shortly(version.digest or ""))
    except StoreError as error:
        raise TransientError("BackupUnreachable", str(error)) from error
    if faults:
        return KeepResult(
            outcome="Failed",
            reason="Damaged",
            message=f"{faults[0]}, so that {len(faults)} of {len(faults) + len(done)} versions could not be copied; "
            "kubectl colonnade restore brings it back from the copy, where there is one",
            done=tuple(done),
            bytes=sent,
        )
    said = f"{len(done)} versions are at {copies.store.url}; {size(sent)} were sent"
    return KeepResult(outcome="Succeeded", reason="Copied", message=said, done=tuple(done), bytes=sent)


def verify_all(versions: Iterable[DatasetVersion], store: Store, copies: Copies, scratch: Path) -> KeepResult:
    """Restores each copy into scratch and compares digests; one that is damaged is made again from the store.

    Raises TransientError when the backup doesn't answer.
    """
    mended, lost, done, sent = list[str](), list[str](), list[str](), 0
    try:
        for version in _named(versions):
            digest = version.digest or ""
            progress.report(10, f"restoring the copy of {digest}")
            if restore.proven(digest, copies, scratch):
                done.append(shortly(digest))
                continue
            found, fault = _copy(version, store, copies, scratch, again=True)
            sent += found
            whole = fault is None and restore.proven(digest, copies, scratch)
            (mended if whole else lost).append(shortly(digest))
        copies.sweep_old()
    except StoreError as error:
        raise TransientError("BackupUnreachable", str(error)) from error
    if lost:
        return KeepResult(
            outcome="Failed",
            reason="CopyDamaged",
            message=f"{len(lost)} of {len(lost) + len(done) + len(mended)} copies are damaged or gone, and the store "
            f"has not the bytes to make them again: {', '.join(lost[:5])}; collect the Dataset again",
            done=(*done, *mended),
            bytes=sent,
        )
    again = f"; {len(mended)} were damaged and made again: {', '.join(mended[:5])}" if mended else ""
    said = f"{len(done) + len(mended)} copies were restored and have their digests{again}"
    return KeepResult(outcome="Succeeded", reason="Verified", message=said, done=(*done, *mended), bytes=sent)


def _copy(
    version: DatasetVersion, store: Store, copies: Copies, scratch: Path, again: bool = False
) -> tuple[int, Fault | None]:
    """How many bytes were sent, and what stood in the way. again: whatever the backup says that it has."""
    digest = version.digest or ""
    unit = version_unit(digest)
    try:
        manifest = proven_manifest(store.get(f"{unit}/{MANIFEST}"), digest)
    except StoreNotFound:
        return 0, Fault(f"{unit}/{MANIFEST}", "is gone")
    if manifest is None:
        return 0, Fault(f"{unit}/{MANIFEST}", "is not what it was when it was written")
    if manifest.get("encrypted") and isinstance(keyless := key_of(store, digest), Fault):
        return 0, keyless
    known: Files = {} if again else (copies.document(digest) or {"files": {}})["files"]
    present = {item.path.removeprefix(f"{unit}/"): item.size for item in store.list(unit)}
    if gone := next((name for name in manifest["files"] if name not in present), None):
        return 0, Fault(f"{unit}/{gone}", "is gone")
    files: Files = {}
    sent = 0
    for name, length in present.items():
        wanted = manifest["files"].get(name)
        if wanted and known.get(name) == {"digest": wanted, "bytes": length} and copies.has_blob(wanted):
            files[name] = known[name]
            continue
        target = scratch / "copied"
        found = store.fetch(f"{unit}/{name}", target)
        if wanted and found != wanted:
            return sent, Fault(f"{unit}/{name}", "is not what its digest says")
        if again or not copies.has_blob(found):
            copies.send_blob(target, found)
            sent += length
        files[name] = {"digest": found, "bytes": length}
        target.unlink()
    copies.finish(version, files)
    return sent, None


def _named(versions: Iterable[DatasetVersion]) -> Iterable[DatasetVersion]:
    return (version for version in versions if version.digest)
