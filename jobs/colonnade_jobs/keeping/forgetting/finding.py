"""Whose rows a version holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colonnade_api.stored import DATA, QUARANTINE
from colonnade_api.stored.content import BATCH_ROWS

from ...data.privacy.subjects import WHOLE_NUMBERS, Erased
from .opening import Opened

MASK = "***"


class Found(NamedTuple):
    """rows: of the version; refused: those set aside, with those of which nobody can tell whose they are. None for
    either: it lacks the column."""

    rows: int
    refused: int

    def __bool__(self) -> bool:
        return bool(self.rows or self.refused)


def found(opened: Opened, erased: Erased) -> Found | None:
    """How many rows of a version are the subjects'; None where it has no such column, so that nobody can tell."""
    if erased.column not in opened.types:
        return None
    rows, refused = (
        sum(pc.sum(theirs).as_py() or 0 for _, theirs in _batches(opened, name, erased)) for name in (DATA, QUARANTINE)
    )
    return Found(rows, refused)


def others(opened: Opened, name: str, erased: Erased) -> pa.RecordBatchReader:
    """The rows of one of its tables that are not the subjects'."""
    schema = pq.read_schema(opened.folder / name)
    kept = (batch.filter(pc.invert(theirs)) for batch, theirs in _batches(opened, name, erased))
    return pa.RecordBatchReader.from_batches(schema, kept)


def theirs(opened: Opened, name: str, erased: Erased) -> Iterator[pa.RecordBatch]:
    """The rows of one of its tables that are the subjects'."""
    return (batch.filter(mask) for batch, mask in _batches(opened, name, erased))


def is_table(file: Path) -> bool:
    with file.open("rb") as start:
        return start.read(4) == b"PAR1"


def table_has(table: Path, erased: Erased) -> bool:
    """Whether a table of which nothing else is known has the subjects' rows."""
    with pq.ParquetFile(table) as file:
        if erased.column not in file.schema_arrow.names:
            return False
        batches = file.iter_batches(BATCH_ROWS, columns=[erased.column])
        return any(
            pc.any(erased.rows(batch.column(0), numeric=numeric)).as_py()
            for batch in batches
            for numeric in (False, True)
        )


def _batches(opened: Opened, name: str, erased: Erased) -> Iterator[tuple[pa.RecordBatch, pa.BooleanArray]]:
    numeric = opened.types[erased.column] in WHOLE_NUMBERS
    with pq.ParquetFile(opened.folder / name) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            values = batch.column(erased.column)
            rows = erased.rows(values, numeric=numeric)
            if name == QUARANTINE:
                rows = pc.or_(rows, pc.fill_null(pc.equal(values, MASK), False))
            yield batch, rows
