"""The files of one stored version, and which of them are not what its manifest says."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, MANIFEST, proven_manifest, table_digest
from colonnade_serving.store import Store, StoreNotFound

from ..data import encryption
from ..errors import PermanentError

PROVEN = "proven"
"""In scratch: the file that was read last."""


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
    key = key_of(store, digest) if manifest.get("encrypted") else None
    if isinstance(key, Fault):
        yield key
    for name, wanted in manifest["files"].items():
        if fault := _fault(store, f"{unit}/{name}", wanted, scratch):
            yield fault
        elif name == DATA and not isinstance(key, Fault) and _content(scratch / PROVEN, key) != manifest["content"]:
            yield Fault(f"{unit}/{name}", "holds other rows than the version's digest covers")
    (scratch / PROVEN).unlink(missing_ok=True)


def key_of(store: Store, digest: str) -> bytes | Fault:
    """The data key of an encrypted version, or why its keys.json yields none: no digest covers that file, since another
    wrapping key changes it."""
    path = f"{version_unit(digest)}/{encryption.KEYS}"
    try:
        return encryption.mounted().open(store.get(path), digest)
    except StoreNotFound:
        return Fault(path, "is gone")
    except PermanentError as error:
        return Fault(path, f"yields no key: {error.message}")


def _fault(store: Store, path: str, wanted: str, scratch: Path) -> Fault | None:
    try:
        return None if store.fetch(path, scratch / PROVEN) == wanted else Fault(path, "is not what its digest says")
    except StoreNotFound:
        return Fault(path, "is gone")


def _content(table: Path, key: bytes | None) -> str | None:
    """The digest of a table's rows; None where it is no table that Colonnade wrote."""
    plain = table.with_suffix(".plain")
    try:
        return table_digest(table) if key is None else encryption.open_table(table, DATA, key, plain)
    except (pa.ArrowException, OSError):
        return None
    finally:
        plain.unlink(missing_ok=True)
