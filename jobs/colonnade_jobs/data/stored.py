"""A stored Dataset version, opened: fetched, and proven to be the one that was named.

Whoever reads a version's rows (training, queries, references, comparisons, audits) opens it here.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa

from colonnade_api.stored import DATA, table_digest
from colonnade_serving import digests
from colonnade_serving.store import Store, StoreError, StoreNotFound

from ..errors import PermanentError, TransientError
from . import version


def fetch(name: str, digest: str, store: Store, folder: Path) -> tuple[dict[str, Any], Path]:
    """The version's manifest, and its table in folder, named by the digest. name: of the Dataset, for people.

    Raises PermanentError (DatasetNotFound; DatasetCorrupt: not one value may differ from what the digest names),
    TransientError.
    """
    manifest = version.read_manifest(store, digest)
    table = folder / f"{digests.hex_of(digest)}.parquet"
    try:
        store.fetch(f"datasets/{digests.hex_of(digest)}/{DATA}", table)
    except StoreNotFound as error:
        raise PermanentError("DatasetNotFound", str(error)) from error
    except StoreError as error:
        raise TransientError("StoreUnreachable", str(error)) from error
    if _content(table) != manifest["content"]:
        raise PermanentError("DatasetCorrupt", f"the rows of {name} are not those of {digest}: they were changed")
    return manifest, table


def _content(table: Path) -> str | None:
    try:
        return table_digest(table)
    except (pa.ArrowException, OSError):  # no table that we wrote
        return None
