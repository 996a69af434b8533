"""What goes beyond the table's rows: the Datasets that it refers to, its version before, the moment of the look."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from colonnade_api.jobs import DatasetJob
from colonnade_serving.store import Store

from . import references, stability, stored, tablechecks
from .columns import Field
from .database import one_row
from .findings import Finding


def referenced(job: DatasetJob, store: Store, scratch: Path) -> Mapping[str, Path]:
    """By name, the tables of the Datasets that rows refer to. Raises PermanentError, TransientError."""
    wanted = job.spec.validation.references or ()
    return references.fetch(wanted, job.upstream, store, _folder(scratch, "referenced")) if wanted else {}


def of_table(
    connection: duckdb.DuckDBPyConnection,
    fields: Sequence[Field],
    job: DatasetJob,
    store: Store,
    scratch: Path,
) -> list[Finding]:
    """What is wrong with the valid rows of `validated` as a whole.

    Raises PermanentError, TransientError.
    """
    spec = job.spec.validation
    rows = int(one_row(connection, "SELECT count(*) FROM validated WHERE reasons IS NULL")[0])
    found = tablechecks.check(connection, fields, spec, rows, datetime.now(UTC))
    if spec.stability and job.previous and rows:
        manifest, table = stored.fetch(job.name, job.previous, store, _folder(scratch, "previous"))
        found += stability.check(connection, fields, spec.stability, manifest, table)
    return found


def _folder(scratch: Path, name: str) -> Path:
    folder = scratch / name
    folder.mkdir()
    return folder
