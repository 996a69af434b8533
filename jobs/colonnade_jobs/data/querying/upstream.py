"""The versions of other Datasets that a Job was told to take, fetched and proven."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from colonnade_api.stored import table_digest
from colonnade_serving import digests
from colonnade_serving.store import Store, StoreError, StoreNotFound

from ...errors import PermanentError, TransientError
from .. import version


def fetch(names: Iterable[str], told: Mapping[str, str], store: Store, folder: Path) -> dict[str, Path]:
    """By name, the table of the version that was told, in folder.

    Raises PermanentError (DatasetNotFound; DatasetCorrupt: not one value may differ from what the digest names),
    TransientError.
    """
    return {name: _fetch(name, told.get(name), store, folder) for name in dict.fromkeys(names)}


def _fetch(name: str, digest: str | None, store: Store, folder: Path) -> Path:
    if digest is None:
        raise PermanentError("DatasetNotFound", f"spec.source.query.datasets: no version of {name} was named")
    manifest = version.read_manifest(store, digest)
    table = folder / f"{name}.parquet"
    try:
        store.fetch(f"datasets/{digests.hex_of(digest)}/{version.DATA}", table)
    except StoreNotFound as error:
        raise PermanentError("DatasetNotFound", str(error)) from error
    except StoreError as error:
        raise TransientError("StoreUnreachable", str(error)) from error
    if _content(table) != manifest["content"]:
        raise PermanentError("DatasetCorrupt", f"the rows of {name} are not those of {digest}: they were changed")
    return table


def _content(table: Path) -> str | None:
    try:
        return table_digest(table)
    except (pa.ArrowException, OSError):  # no table that we wrote
        return None
