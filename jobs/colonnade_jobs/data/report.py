"""What a dataset version looks like: a profile of each column, each rule's outcome, the sizes of the split."""
# ruff: noqa: S608 - identifiers go through name(), values through literal()

import math
from dataclasses import asdict
from typing import Any

import duckdb

from ..documents import Split
from .checking import Checked
from .columns import Field
from .tables import literal, one_row

BINS = 20
TOP_VALUES = 20
NUMERIC = {"number", "integer", "date"}


def build(connection: duckdb.DuckDBPyConnection, fields: list[Field], checked: Checked, split: Split) -> dict[str, Any]:
    """The report of the valid rows of `checked`: counts, per-column profiles, rules, split sizes."""
    valid = checked.rows - checked.invalid
    return {
        "rows": valid,
        "invalidRows": checked.invalid,
        "duplicateRows": checked.duplicates,
        "rules": [asdict(rule) for rule in checked.rules],
        "columns": [_profile(connection, field) for field in fields],
        "split": split_sizes(valid, split),
    }


def split_sizes(rows: int, split: Split) -> dict[str, Any]:
    """Rows to train on and rows held out, where no row lacks the target."""
    test = math.ceil(rows * split.test)
    return {"train": rows - test, "test": test} | split.model_dump(by_alias=True, exclude_none=True, exclude={"test"})


def _profile(connection: duckdb.DuckDBPyConnection, field: Field) -> dict[str, Any]:
    column, value = field.rule, field.inner
    query = f"SELECT count(*) - count({value}), count(DISTINCT {value}) FROM checked WHERE len(reasons) = 0"
    nulls, distinct = one_row(connection, query)
    profile = {"name": column.name, "type": column.type, "nulls": nulls, "distinct": distinct}
    if column.type in NUMERIC:
        return profile | _numbers(connection, f"epoch({value})" if column.type == "date" else value)
    return profile | {"top": _top(connection, value)}


def _numbers(connection: duckdb.DuckDBPyConnection, value: str) -> dict[str, Any]:
    low, high, mean, deviation = one_row(
        connection,
        f"SELECT min({value})::DOUBLE, max({value})::DOUBLE, avg({value}), stddev_samp({value}) "
        "FROM checked WHERE len(reasons) = 0",
    )
    if low is None or high is None:
        return {}
    found = {"min": low, "max": high, "mean": mean, "stddev": deviation}
    return found | {"histogram": _histogram(connection, value, low, high)}


def _histogram(connection: duckdb.DuckDBPyConnection, value: str, low: float, high: float) -> dict[str, list[float]]:
    width = (high - low) / BINS or 1.0
    rows = connection.execute(
        f"SELECT least({BINS - 1}, floor(({value} - {literal(low)}::DOUBLE) / {literal(width)}::DOUBLE))::INTEGER "
        f"AS bin, count(*) FROM checked WHERE len(reasons) = 0 AND {value} IS NOT NULL GROUP BY bin"
    ).fetchall()
    counts = dict(rows)
    return {"edges": [low + width * n for n in range(BINS + 1)], "counts": [counts.get(n, 0) for n in range(BINS)]}


def _top(connection: duckdb.DuckDBPyConnection, value: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        f"SELECT left(CAST({value} AS VARCHAR), 100) AS shown, count(*) AS n FROM checked "
        f"WHERE len(reasons) = 0 AND {value} IS NOT NULL GROUP BY {value} ORDER BY n DESC, {value} LIMIT {TOP_VALUES}"
    ).fetchall()
    return [{"value": shown, "rows": rows_} for shown, rows_ in rows]
