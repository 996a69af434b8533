"""The tables of a version as files: the valid rows, and those that were set aside with what they break."""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

from pathlib import Path

import duckdb
import pyarrow as pa

from colonnade_api.datasets.columns import Table
from colonnade_api.jobs import DatasetJob

from .. import columns, reading
from ..checks.validation import ValidationResult
from ..privacy import Protection
from ..tables import database, naming, ordering, sql
from . import content
from .version import DATA, QUARANTINE, Identity


def write(
    connection: duckdb.DuckDBPyConnection,
    protected: Protection,
    validated: ValidationResult,
    folder: Path,
    job: DatasetJob,
) -> Identity:
    """Writes quarantine and data under the owner's names; where a column is called reasons, ours is reasons_1.

    What was read isn't needed after the quarantine, and makes room.
    """
    reasons = naming.distinct([*(field.rule.name for field in protected.came), "reasons"])
    quarantine = content.write(_aside(connection, protected, validated), reasons, folder / QUARANTINE)
    reading.drop(connection)
    names = [field.rule.name for field in protected.fields]
    with database.without_optimizer(connection, len(names)):
        kept = connection.sql(ordering.valid_rows(connection, protected.fields))
        data = content.write(kept.to_arrow_reader(content.BATCH_ROWS), names, folder / DATA)
    schema = columns.describe(protected.fields, protected.describe(job.spec.table or Table()), job.spec.validation)
    split = job.spec.split.recorded()
    return Identity(data, quarantine, schema, split, job.upstream, validated.recorded)


def _aside(
    connection: duckdb.DuckDBPyConnection, protected: Protection, validated: ValidationResult
) -> pa.RecordBatchReader:
    """The refused rows as the source has them, of what is protected whether it is there, and what each rule that they
    break objects to."""
    if not validated.invalid:
        return pa.RecordBatchReader.from_batches(
            pa.schema([(naming.inner(n), pa.string()) for n in range(len(protected.came) + 1)]), []
        )
    raw = ", ".join(protected.shown(field, f"raw.{field.inner}") for field in protected.came)
    labels = "[" + ", ".join(sql.literal(label) for label in validated.labels) + "]::VARCHAR[]"
    return connection.sql(
        f"SELECT {raw}, array_to_string(list_transform(reasons, lambda rule: ({labels})[rule + 1]), '; ') "
        f"FROM validated JOIN {validated.source} AS raw ON raw.rowid = row_id WHERE reasons IS NOT NULL ORDER BY row_id"
    ).to_arrow_reader(content.BATCH_ROWS)
