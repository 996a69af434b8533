"""Missing values, filled after the checks: by statistics of the valid rows alone, so that no bad row moves a mean."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

import duckdb

from ..documents import CleaningStep, FillMissing
from ..refusals import Refusal
from ..suggestions import did_you_mean
from .casting import STORED
from .columns import Field
from .tables import literal

NUMERIC = {"number", "integer"}


def fill_missing(connection: duckdb.DuckDBPyConnection, fields: list[Field], steps: list[CleaningStep]) -> None:
    """Fills the valid rows of `checked` as the steps say. Raises Refusal when a step doesn't fit its column."""
    known = {field.rule.name: field for field in fields}
    for step in steps:
        if step.fill_missing is None:
            continue
        field = known.get(step.fill_missing.column)
        if field is None:
            wrong = step.fill_missing.column
            raise Refusal(
                "SchemaMismatch", f"spec.cleaning: the source has no column {wrong}{did_you_mean(wrong, known)}"
            )
        value = _value(connection, field, step.fill_missing)
        connection.execute(
            f"UPDATE checked SET {field.inner} = {value} WHERE {field.inner} IS NULL AND len(reasons) = 0"
        )


def _value(connection: duckdb.DuckDBPyConnection, field: Field, fill: FillMissing) -> str:
    column = field.rule
    sql_type = STORED.get(column.type, "VARCHAR")
    if fill.strategy == "constant":
        if fill.value is None:
            raise Refusal("InvalidSpec", f"spec.cleaning: fillMissing of {column.name} by a constant needs a value")
        return f"CAST({literal(fill.value)} AS {sql_type})"
    if fill.strategy in ("mean", "median") and column.type not in NUMERIC:
        raise Refusal(
            "InvalidSpec", f"spec.cleaning: {column.name} is a {column.type}, without a {fill.strategy}; use mode"
        )
    found = _statistic(connection, field.inner, fill.strategy)
    return "NULL" if found is None else f"CAST({literal(found)} AS {sql_type})"


def _statistic(connection: duckdb.DuckDBPyConnection, value: str, strategy: str) -> str | None:
    valid = f"FROM checked WHERE len(reasons) = 0 AND {value} IS NOT NULL"
    if strategy == "mode":
        query = f"SELECT CAST({value} AS VARCHAR) {valid} GROUP BY {value} ORDER BY count(*) DESC, {value} LIMIT 1"
    elif strategy == "median":
        query = f"SELECT CAST(median({value}) AS VARCHAR) {valid}"
    else:  # summed exactly: a sum of doubles would depend on how the rows fell to the threads
        query = f"SELECT CAST(CAST(sum(CAST({value} AS DECIMAL(38, 9))) AS DOUBLE) / count(*) AS VARCHAR) {valid}"
    rows = connection.execute(query).fetchall()
    return None if not rows or rows[0][0] is None else str(rows[0][0])
