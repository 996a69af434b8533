"""Tables that are what their versions' digests say, in plain, or none at all.

Needs the extra `reading`: pyarrow, and cryptography where a version is encrypted.
"""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from colonnade_access.errors import ColonnadeError, Corrupt
from colonnade_access.reading import keys
from colonnade_access.reading.files import Files, opened
from colonnade_access.reading.place import Place, Told, in_silence
from colonnade_access.reading.reports import RESTORE, content
from colonnade_access.references import Object
from colonnade_access.words import short
from colonnade_access.words import size as human
from colonnade_api import DatasetVersion
from colonnade_api.datasets.encryption import SEALED_TABLE
from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, MANIFEST, QUARANTINE, REPORT, TableDigest, proven_manifest, sealing

Bar = Callable[[str, int], AbstractContextManager[Told]]
"""Of what, and of how many bytes."""


def table(place: Place, dataset: Object, digest: str, name: str, bar: Bar = in_silence) -> Path:
    """The version's table, in plain, in a file of this process' own. name: DATA or QUARANTINE.

    Raises Corrupt when not each value is what the digest names; Encrypted.
    """
    proven = _scratch() / digest.removeprefix("sha256:") / name
    if not proven.exists():
        _fetch(place, dataset, digest, proven, bar)
    return proven


def recorded(place: Place, dataset: Object, digest: str) -> DatasetVersion:
    """What the store says of a version that status lists no more.

    Raises Corrupt when that was changed; ColonnadeError when it is gone.
    """
    with opened(place, dataset) as files:
        folder = version_unit(digest)
        manifest = _manifest(files, digest)
        addresses = {
            "reportUri": f"{files.root}/{folder}/{REPORT}",
            "quarantineUri": f"{files.root}/{folder}/{QUARANTINE}",
        }
        proof = {"reportDigest": manifest.get("report", (manifest.get("files") or {}).get(REPORT))}
    return DatasetVersion.model_validate(manifest | addresses | proof)


def _fetch(place: Place, dataset: Object, digest: str, proven: Path, bar: Bar) -> None:
    folder, name = version_unit(digest), proven.name
    size = _size(dataset, digest) if name == DATA else 0
    proven.parent.mkdir(exist_ok=True)
    _must_fit(proven.parent, size)
    fetched, plain = proven.with_suffix(".fetched"), proven.with_suffix(".plain")
    try:
        with opened(place, dataset) as files:
            manifest = _manifest(files, digest)
            with fetched.open("wb") as target, bar(name, size) as told:
                files.fetch(f"{folder}/{name}", target, told)
            key = _data_key(place, dataset, files, digest) if _is_encrypted(fetched) else None
        if _written(fetched, name, key, plain) != manifest["content" if name == DATA else "quarantine"]:
            raise Corrupt(f"the rows of {name} are not those of version {short(digest)}: they were changed; {RESTORE}")
        (fetched if key is None else plain).rename(proven)
    finally:
        fetched.unlink(missing_ok=True)
        plain.unlink(missing_ok=True)


def _data_key(place: Place, dataset: Object, files: Files, digest: str) -> bytes:
    keys_json = content(files, f"{version_unit(digest)}/{sealing.KEYS}", None)
    return keys.data_key(place, dataset, digest, keys_json)


def _written(table: Path, name: str, key: bytes | None, plain: Path) -> str | None:
    """The digest of its rows, which are written to plain where they are encrypted; None of what is no table."""
    try:
        with pq.ParquetFile(table) if key is None else sealing.opened_table(table, name, key) as file:
            digest = TableDigest(file.schema_arrow)
            if key is None:
                for batch in file.iter_batches():
                    digest.add(batch)
                return digest.digest()
            with pq.ParquetWriter(plain, file.schema_arrow, compression="zstd") as writer:
                for batch in file.iter_batches():
                    digest.add(batch)
                    writer.write_batch(batch)
            return digest.digest()
    except (pa.ArrowException, OSError):
        return None


def _must_fit(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        raise ColonnadeError(
            f"the version has {human(size)} and {folder.parent.parent} has {human(free)} left: "
            "name a larger place by TMPDIR"
        )


def _manifest(files: Files, digest: str) -> dict[str, Any]:
    """version.json, as it was sealed."""
    path = f"{version_unit(digest)}/{MANIFEST}"
    manifest = proven_manifest(content(files, path, None), digest)
    if manifest is None:
        raise Corrupt(f"{files.root}/{path} was changed; {RESTORE}")
    return manifest


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
