"""A text read as a cell of a column would be: what specs say of values, in the column's own type."""

from dataclasses import replace

import duckdb

from .columns import Field
from .reading import casting
from .reading.casting import STORED
from .tables.database import one_row
from .tables.sql import literal


def read(connection: duckdb.DuckDBPyConnection, field: Field, text: str) -> str | None:
    """The value that a text is in the column's type, as text; None where it can't be read so."""
    cell = replace(field, inner=literal(text), source="VARCHAR", text="")
    found = one_row(connection, f"SELECT CAST({casting.typed(cell, trim=False)} AS VARCHAR)")[0]
    return None if found is None else str(found)


def typed(field: Field, value: str | None) -> str:
    """The SQL of a value that was read so; of null where there is none."""
    kind = STORED.get(field.rule.type, "VARCHAR")
    return f"CAST({'NULL' if value is None else literal(value)} AS {kind})"
