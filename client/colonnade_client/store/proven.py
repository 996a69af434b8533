"""Files that are what their digests say, or none at all."""

import hashlib
import shutil
import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa

from colonnade_access import ColonnadeError, Object
from colonnade_access.words import short
from colonnade_access.words import size as human
from colonnade_api import DatasetVersion
from colonnade_api.encryption import SEALED_FILE, SEALED_TABLE
from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, MANIFEST, QUARANTINE, REPORT, proven_manifest, table_digest
from colonnade_client.errors import Corrupt, Encrypted
from colonnade_client.progress import BYTES, counted
from colonnade_client.session import Session
from colonnade_client.store.files import Files, opened

RESTORE = "restore it from a backup, or collect the Dataset again"


def table(session: Session, dataset: Object, digest: str, name: str) -> Path:
    """The version's table in a file of this process' own. name: DATA or QUARANTINE.

    Raises Corrupt when not each value is what the digest names; Encrypted.
    """
    place = _scratch() / digest.removeprefix("sha256:") / name
    if not place.exists():
        with opened(session, dataset) as files:
            _fetch(files, digest, name, place, _size(dataset, digest) if name == DATA else 0)
    return place


def recorded(session: Session, dataset: Object, digest: str) -> DatasetVersion:
    """What the store says of a version that status lists no more.

    Raises Corrupt when that was changed; ColonnadeError when it is gone.
    """
    with opened(session, dataset) as files:
        folder = version_unit(digest)
        manifest = _manifest(content(files, f"{folder}/{MANIFEST}", None), digest, files.root)
        addresses = {
            "reportUri": f"{files.root}/{folder}/{REPORT}",
            "quarantineUri": f"{files.root}/{folder}/{QUARANTINE}",
        }
        proof = {"reportDigest": (manifest.get("files") or {}).get(REPORT)}
    return DatasetVersion.model_validate(manifest | addresses | proof)


def content(files: Files, path: str, digest: str | None) -> bytes:
    """A small file. digest: sha256 of its bytes, where that is known.

    Raises Corrupt when it isn't that one; Encrypted.
    """
    target = BytesIO()
    files.fetch(path, target, lambda _: None)
    if target.getvalue().startswith(SEALED_FILE):
        raise Encrypted(f"{files.root}/{path} is encrypted, and the Python client has no key to it")
    found = f"sha256:{hashlib.sha256(target.getvalue()).hexdigest()}"
    if digest and found != digest:
        raise Corrupt(
            f"{files.root}/{path} was changed since it was written: its digest is {short(found)}, and {short(digest)} "
            f"is due; {RESTORE}"
        )
    return target.getvalue()


def _fetch(files: Files, digest: str, name: str, place: Path, size: int) -> None:
    folder = version_unit(digest)
    manifest = _manifest(content(files, f"{folder}/{MANIFEST}", None), digest, files.root)
    place.parent.mkdir(exist_ok=True)
    _must_fit(place.parent, size)
    partial = place.with_suffix(".partial")
    try:
        with partial.open("wb") as target, counted(name, size, BYTES) as progress:
            files.fetch(f"{folder}/{name}", target, progress)
        _must_hold(partial, manifest, digest, name)
        partial.rename(place)
    finally:
        partial.unlink(missing_ok=True)


def _must_fit(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        raise ColonnadeError(
            f"the version has {human(size)} and {folder.parent.parent} has {human(free)} left: "
            "name a larger place by TMPDIR"
        )


def _manifest(said: bytes, digest: str, root: str) -> dict[str, Any]:
    """version.json, as it was sealed."""
    manifest = proven_manifest(said, digest)
    if manifest is None:
        raise Corrupt(f"{root}/{version_unit(digest)}/{MANIFEST} was changed; {RESTORE}")
    return manifest


def _must_hold(path: Path, manifest: dict[str, Any], digest: str, name: str) -> None:
    if _is_encrypted(path):
        raise Encrypted(
            f"version {short(digest)} is encrypted, and the Python client has no key to it: train on it on the "
            "cluster, or read a version that isn't"
        )
    due = manifest["content" if name == DATA else "quarantine"]
    try:
        holds = table_digest(path) == due
    except (pa.ArrowException, OSError):  # no table that Colonnade wrote
        holds = False
    if not holds:
        raise Corrupt(f"the rows of {name} are not those of version {short(digest)}: they were changed; {RESTORE}")


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == SEALED_TABLE


def _size(dataset: Object, digest: str) -> int:
    versions = (dataset.get("status") or {}).get("versions") or []
    return next((int(each.get("bytes") or 0) for each in versions if each.get("digest") == digest), 0)


def _scratch() -> Path:
    return Path(_folder().name)


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Of the user alone, and gone with the process."""
    return tempfile.TemporaryDirectory(prefix="colonnade-", ignore_cleanup_errors=True)
