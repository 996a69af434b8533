"""A version's files in a folder of the Job's own, in plain and proven; what was sealed is opened on the way."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from colonnade_api.references import version_unit
from colonnade_api.stored import DATA, MANIFEST, QUARANTINE, REPORT, table_digest
from colonnade_serving.store import Store

from ...data import encryption
from ...data.encryption import KEYS, Keyring
from ...data.versions import version
from ...errors import PermanentError


@dataclass(frozen=True)
class Opened:
    """folder: has data, quarantine and report in plain. manifest: as it was stored."""

    digest: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def types(self) -> dict[str, str]:
        """The type of each column."""
        return {column["name"]: column["type"] for column in self.manifest["schema"]["columns"]}


def fetched(digest: str, store: Store, ring: Keyring, folder: Path) -> Opened:
    """A stored version. Raises PermanentError (DatasetNotFound, DatasetCorrupt, KeyMissing)."""
    manifest = version.read_manifest(store, digest)
    unit = version_unit(digest)
    for item in store.list(unit):
        store.fetch(item.path, folder / Path(item.path).name)
    return in_plain(digest, manifest, ring, folder)


def in_plain(digest: str, manifest: dict[str, Any], ring: Keyring, folder: Path) -> Opened:
    """The same of files that lie in a folder already."""
    keys = folder / KEYS
    data_key = ring.open(keys.read_bytes(), digest) if keys.exists() else b""
    for name, content in ((DATA, manifest["content"]), (QUARANTINE, manifest["quarantine"])):
        if _table(folder / name, name, data_key) != content:
            raise PermanentError(
                "DatasetCorrupt",
                f"{name} of {digest} is damaged, so that it can't be written anew; kubectl colonnade restore brings it "
                "back from the backup, where there is one",
            )
    report = folder / REPORT
    if encryption.is_sealed(report):
        report.write_bytes(encryption.open_file(report.read_bytes(), REPORT, data_key))
    (folder / MANIFEST).unlink(missing_ok=True)
    return Opened(digest, folder, manifest)


def _table(file: Path, name: str, data_key: bytes) -> str | None:
    """The digest of what a table holds, which is in plain then; None where it is none."""
    try:
        if not encryption.is_sealed(file):
            return table_digest(file)
        sealed = file.with_suffix(".sealed")
        file.rename(sealed)
        found = encryption.open_table(sealed, name, data_key, file)
        sealed.unlink()
        return found
    except (pa.ArrowException, OSError):  # no table that we wrote
        return None
