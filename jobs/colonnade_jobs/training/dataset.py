"""The dataset version to train on, fetched and proven to be the one that was named."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from colonnade_api.jobs import TrainingData
from colonnade_api.stored import DATA, table_digest
from colonnade_serving import digests
from colonnade_serving.store import Store, StoreError, StoreNotFound

from ..data import version
from ..errors import PermanentError, TransientError


def fetch(wanted: TrainingData | None, store: Store, scratch: Path) -> tuple[dict[str, Any], Path]:
    """The version's manifest and its table in scratch.

    Raises PermanentError (DatasetNotFound, DatasetCorrupt: not one value may differ from what the digest names),
    TransientError.
    """
    if wanted is None:
        raise PermanentError("DatasetNotFound", "spec.training.datasetRef: no dataset version was named")
    manifest = version.read_manifest(store, wanted.digest)
    table = scratch / DATA
    try:
        store.fetch(f"datasets/{digests.hex_of(wanted.digest)}/{DATA}", table)
    except StoreNotFound as error:
        raise PermanentError("DatasetNotFound", str(error)) from error
    except StoreError as error:
        raise TransientError("StoreUnreachable", str(error)) from error
    if _content(table) != manifest["content"]:
        raise PermanentError(
            "DatasetCorrupt", f"the rows of {wanted.name} are not those of {wanted.digest}: they were changed"
        )
    return manifest, table


def _content(table: Path) -> str | None:
    try:
        return table_digest(table)
    except (pa.ArrowException, OSError):  # no table that we wrote
        return None
