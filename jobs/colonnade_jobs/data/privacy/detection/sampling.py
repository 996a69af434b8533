"""A sample of each column's values, as text."""
# ruff: noqa: S608 - identifiers are of our own making

from collections.abc import Sequence

import duckdb

from ...columns import NUMBERS, Field
from ...tables import aggregates
from .findings import Sample

LOOKED_AT = 1000
EXACT_BELOW = 2**53


def samples(connection: duckdb.DuckDBPyConnection, fields: Sequence[Field], source: str) -> list[Sample]:
    """Of each column different values of LOOKED_AT rows that have one, the same each time. source: the table that has
    them as they came: valid rows and refused ones."""
    found = []
    for part in aggregates.parts(fields):
        values = ", ".join(f"{_text(one)} AS {one.inner}" for one in part)
        chosen = ", ".join(f"arg_min({one.inner}, hash(rowid), {LOOKED_AT})" for one in part)
        row = connection.execute(f"SELECT {chosen} FROM (SELECT rowid, {values} FROM {source})").fetchall()[0]
        found += [
            Sample(one.rule.name, one.rule.type, tuple(dict.fromkeys(texts or ())))
            for one, texts in zip(part, row, strict=True)
        ]
    return found


def _text(field: Field) -> str:
    """A whole number without a point, whatever its type: one that lacks values comes as a fraction."""
    value = field.inner
    text = f"CAST({value} AS VARCHAR)"
    if field.source in NUMBERS or field.source.startswith("DECIMAL"):
        is_whole = f"{value} = trunc({value}) AND abs({value}) < {EXACT_BELOW}"
        text = f"CASE WHEN {is_whole} THEN CAST(CAST({value} AS BIGINT) AS VARCHAR) ELSE {text} END"
    return f"nullif(trim({text}), '')"
