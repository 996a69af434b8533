"""What goes beyond the table's rows: the Datasets that it refers to, its version before, the moment of the look."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from colonnade_api.datasets.dataset import Validation
from colonnade_api.jobs import DatasetJob
from colonnade_serving.store import Store

from ..columns import Field
from ..versions import stored
from . import references, stability, whole_table
from .findings import Finding


def referenced(job: DatasetJob, store: Store, scratch: Path) -> Mapping[str, Path]:
    """By name, the tables of the Datasets that rows refer to. Raises PermanentError, TransientError."""
    wanted = job.spec.validation.references or ()
    return references.fetch(wanted, job.upstream, store, _folder(scratch, "referenced")) if wanted else {}


def of_rows(connection: duckdb.DuckDBPyConnection, fields: Sequence[Field], wanted: Validation) -> list[Finding]:
    """What is wrong with the values of the valid rows of `validated`, as they came. Raises PermanentError."""
    return whole_table.check(connection, fields, wanted, datetime.now(UTC))


def of_stored(  # noqa: PLR0913, PLR0917 - the rows, and those before them
    connection: duckdb.DuckDBPyConnection,
    fields: Sequence[Field],
    job: DatasetJob,
    rows: int,
    store: Store,
    scratch: Path,
) -> list[Finding]:
    """What is wrong with the rows of `validated` that are to be stored: how many they are, how far they have moved from
    the version before.

    fields: the columns that can be compared. Raises PermanentError, TransientError.
    """
    wanted = job.spec.validation
    found = list(whole_table.row_count(wanted.row_count, rows)) if wanted.row_count else []
    if not wanted.stability or not job.previous or not rows:
        return found
    manifest, table = stored.fetch(job.name, job.previous, store, _folder(scratch, "previous"))
    return [*found, *stability.check(connection, fields, wanted.stability, manifest, table)]


def _folder(scratch: Path, name: str) -> Path:
    folder = scratch / name
    folder.mkdir()
    return folder
