"""Missing values, filled after the checks: by statistics of the valid rows alone, so that no bad row moves a mean."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

import duckdb

from ..documents import CleaningStep, Column, FillMissing
from ..refusals import Refusal
from ..suggestions import did_you_mean
from .casting import STORED
from .tables import literal, name

NUMERIC = {"number", "integer"}


def fill_missing(connection: duckdb.DuckDBPyConnection, columns: list[Column], steps: list[CleaningStep]) -> None:
    """Fills the valid rows of `checked` as the steps say. Raises Refusal when a step doesn't fit its column."""
    known = {column.name: column for column in columns}
    for step in steps:
        if step.fill_missing is None:
            continue
        column = known.get(step.fill_missing.column)
        if column is None:
            wrong = step.fill_missing.column
            raise Refusal(
                "SchemaMismatch", f"spec.cleaning: the source has no column {wrong}{did_you_mean(wrong, known)}"
            )
        value = _value(connection, column, step.fill_missing)
        connection.execute(
            f"UPDATE checked SET {name(column.name)} = {value} WHERE {name(column.name)} IS NULL AND len(reasons) = 0"
        )


def _value(connection: duckdb.DuckDBPyConnection, column: Column, fill: FillMissing) -> str:
    sql_type = STORED.get(column.type, "VARCHAR")
    if fill.strategy == "constant":
        if fill.value is None:
            raise Refusal("InvalidSpec", f"spec.cleaning: fillMissing of {column.name} by a constant needs a value")
        return f"CAST({literal(fill.value)} AS {sql_type})"
    if fill.strategy in ("mean", "median") and column.type not in NUMERIC:
        raise Refusal(
            "InvalidSpec", f"spec.cleaning: {column.name} is a {column.type}, without a {fill.strategy}; use mode"
        )
    found = _statistic(connection, name(column.name), fill.strategy)
    return "NULL" if found is None else f"CAST({literal(found)} AS {sql_type})"


def _statistic(connection: duckdb.DuckDBPyConnection, value: str, strategy: str) -> str | None:
    valid = f"FROM checked WHERE len(reasons) = 0 AND {value} IS NOT NULL"
    if strategy == "mode":
        query = f"SELECT CAST({value} AS VARCHAR) {valid} GROUP BY {value} ORDER BY count(*) DESC, {value} LIMIT 1"
    elif strategy == "median":
        query = f"SELECT CAST(median({value}) AS VARCHAR) {valid}"
    else:  # summed exactly: a sum of doubles would depend on how the rows fell to the threads
        query = f"SELECT CAST(CAST(sum(CAST({value} AS DECIMAL(38, 9))) AS DOUBLE) / count(*) AS VARCHAR) {valid}"
    row = connection.execute(query).fetchone()
    return None if row is None or row[0] is None else str(row[0])
