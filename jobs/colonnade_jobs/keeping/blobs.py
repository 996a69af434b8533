"""The files of one stored version, and which of them are not what its manifest says."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, MANIFEST, proven_manifest, table_digest
from colonnade_serving.store import Store, StoreNotFound


class Fault(NamedTuple):
    """path: of the blob in the store. why: behind its name."""

    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.path} {self.why}"


def faults(store: Store, digest: str, scratch: Path) -> Iterator[Fault]:
    """What of a stored version is missing or changed; its bytes are read for that, one file at a time.

    Raises StoreError when the store doesn't answer.
    """
    unit = version_unit(digest)
    try:
        manifest = proven_manifest(store.get(f"{unit}/{MANIFEST}"), digest)
    except StoreNotFound:
        yield Fault(f"{unit}/{MANIFEST}", "is gone")
        return
    if manifest is None:
        yield Fault(f"{unit}/{MANIFEST}", "is not what it was when it was written")
        return
    provable = None if manifest.get("encrypted") else manifest["content"]  # without the key, its bytes alone
    for name, wanted in manifest["files"].items():
        if fault := _fault(store, f"{unit}/{name}", wanted, scratch, provable if name == DATA else None):
            yield fault


def _fault(store: Store, path: str, wanted: str, scratch: Path, content: str | None) -> Fault | None:
    target = scratch / "proven"
    try:
        if store.fetch(path, target) != wanted:
            return Fault(path, "is not what its digest says")
        if content is not None and table_digest(target) != content:
            return Fault(path, "holds other rows than the version's digest covers")
    except StoreNotFound:
        return Fault(path, "is gone")
    finally:
        target.unlink(missing_ok=True)
    return None
