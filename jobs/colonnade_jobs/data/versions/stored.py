"""A stored Dataset version, opened: fetched, and proven to be the one that was named.

Whoever reads a version's rows (training, queries, references, comparisons, audits) opens it here. One that is encrypted
lies in plain in the Job's own folder, which ends with its pod.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from colonnade_api.datasets.encryption import SEALED_FILE
from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, REPORT, table_digest
from colonnade_serving import digests
from colonnade_serving.store import Store, StoreNotFound

from ...errors import PermanentError, is_of_the_system, store_answers
from .. import encryption
from . import version


def fetch(name: str, digest: str, store: Store, folder: Path) -> tuple[dict[str, Any], Path]:
    """The version's manifest, and its table in folder, named by the digest. name: of the Dataset, for people.

    Raises PermanentError (DatasetNotFound; KeyMissing; DatasetCorrupt: not one value may differ from what the digest
    names), TransientError.
    """
    manifest = version.read_manifest(store, digest)
    table = folder / f"{digests.hex_of(digest)}.parquet"
    with store_answers():
        try:
            store.fetch(f"{version_unit(digest)}/{DATA}", table)
        except StoreNotFound as error:
            raise PermanentError("DatasetNotFound", str(error)) from error
    if _content(table, digest, store) != manifest["content"]:
        raise PermanentError("DatasetCorrupt", f"the rows of {name} are not those of {digest}: they were changed")
    return manifest, table


def report(digest: str, store: Store) -> tuple[dict[str, Any], bytes]:
    """The version's manifest, and its report.json in plain, proven.

    Raises PermanentError (DatasetNotFound, DatasetCorrupt, KeyMissing), TransientError.
    """
    manifest = version.read_manifest(store, digest)
    path = f"{version_unit(digest)}/{REPORT}"
    with store_answers():
        try:
            found = store.get(path)
        except StoreNotFound as error:
            raise PermanentError("DatasetCorrupt", f"{store.uri(path)} is gone") from error
    if found.startswith(SEALED_FILE):
        found = encryption.open_file(found, REPORT, encryption.data_key_of(store, digest, encryption.mounted()))
    if digests.of_bytes(found) != manifest.get("report", manifest["files"][REPORT]):
        raise PermanentError("DatasetCorrupt", f"{store.uri(path)} was changed")
    return manifest, found


@dataclass(frozen=True)
class Previous:
    """The version before. unknown: why manifest and report could not be read; empty where they could."""

    digest: str
    manifest: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    unknown: str = ""


def previous(digest: str | None, store: Store) -> Previous | None:
    """The version before, of which a look may say what changed; one that is gone or was changed stops no look.

    Raises TransientError.
    """
    if digest is None:
        return None
    try:
        manifest, found = report(digest, store)
    except PermanentError as error:
        return Previous(digest, unknown=error.message)
    return Previous(digest, manifest, json.loads(found))


def _content(table: Path, digest: str, store: Store) -> str | None:
    """The digest of its content; what is encrypted is opened on the way."""
    try:
        if not encryption.is_sealed(table):
            return table_digest(table)
        sealed = table.with_suffix(".sealed")
        table.rename(sealed)
        try:
            return encryption.open_table(
                sealed, DATA, encryption.data_key_of(store, digest, encryption.mounted()), table
            )
        finally:
            sealed.unlink()
    except (pa.ArrowException, OSError) as error:
        if is_of_the_system(error):
            raise
        return None  # no table that we wrote
