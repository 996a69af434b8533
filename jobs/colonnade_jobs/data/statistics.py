"""What the valid rows of `validated` hold, column by column; many columns to a query, since each query costs a plan."""

import math
from dataclasses import dataclass
from typing import Any

import duckdb

from . import database
from .columns import Field
from .database import one_row

BINS = 20
TOP_VALUES = 20
SHOWN_LETTERS = 100
NUMERIC = {"number", "integer", "date"}
VALID = "FROM validated WHERE reasons IS NULL"

Profile = dict[str, Any]


@dataclass(frozen=True)
class _Range:
    """A column of numbers, and where they lie."""

    field: Field
    low: float
    high: float

    @property
    def scale(self) -> float:
        """The power of two at the largest number: by it, squares and differences neither overflow nor vanish."""
        return math.ldexp(1.0, max(math.frexp(max(abs(self.low), abs(self.high)))[1] - 1, -1022))

    @property
    def width(self) -> float:
        """Of a bin, in units of scale."""
        return (self.high / self.scale - self.low / self.scale) / BINS or 1.0


def profiles(connection: duckdb.DuckDBPyConnection, fields: list[Field]) -> list[Profile]:
    """A profile of each column: nulls and distinct values; of numbers and dates (seconds since 1970 in UTC) minimum,
    maximum, mean, standard deviation and a histogram; of all others the most frequent values."""
    numbers = [field for field in fields if field.rule.type in NUMERIC]
    words = [field for field in fields if field.rule.type not in NUMERIC]
    found: dict[str, Profile] = {}
    for part in database.batches(numbers):
        found |= _of_numbers(connection, part)
    for part in database.batches(words):
        found |= _of_words(connection, part)
    return [{"name": field.rule.name, "type": field.rule.type} | found[field.inner] for field in fields]


def _number(field: Field) -> str:
    return f"epoch({field.inner})" if field.rule.type == "date" else field.inner


def _of_numbers(connection: duckdb.DuckDBPyConnection, fields: list[Field]) -> dict[str, Profile]:
    wanted = ", ".join(
        f"count({field.inner}), count(DISTINCT {field.inner}), min({_number(field)})::DOUBLE, "
        f"max({_number(field)})::DOUBLE"
        for field in fields
    )
    rows, *counts = one_row(connection, f"SELECT count(*), {wanted} {VALID}")
    found: dict[str, Profile] = {}
    ranges = []
    for n, field in enumerate(fields):
        present, distinct, low, high = counts[4 * n : 4 * n + 4]
        found[field.inner] = {"nulls": rows - present, "distinct": distinct}
        if present:
            ranges.append(_Range(field, low, high))
    spreads = _spreads(connection, ranges)
    return {inner: profile | spreads.get(inner, {}) for inner, profile in found.items()}


def _spreads(connection: duckdb.DuckDBPyConnection, ranges: list[_Range]) -> dict[str, Profile]:
    if not ranges:
        return {}
    row = one_row(connection, f"SELECT {', '.join(_spread(one) for one in ranges)} {VALID}")
    found = {}
    for n, one in enumerate(ranges):
        mean, deviation, counts = row[3 * n : 3 * n + 3]
        edges = [min(one.low + one.width * one.scale * edge, one.high) for edge in range(BINS + 1)]
        found[one.field.inner] = {
            "min": one.low,
            "max": one.high,
            "mean": mean * one.scale,
            "stddev": None if deviation is None else deviation * one.scale,
            "histogram": {"edges": edges, "counts": [counts.get(bin_, 0) for bin_ in range(BINS)]},
        }
    return found


def _spread(one: _Range) -> str:
    value = f"({_number(one.field)} / {one.scale!r}::DOUBLE)"
    bin_ = f"floor(({value} - {one.low / one.scale!r}::DOUBLE) / {one.width!r}::DOUBLE)"
    binned = f"histogram(least({BINS - 1}, {bin_})::TINYINT) FILTER ({one.field.inner} IS NOT NULL)"
    return f"avg({value}), stddev_samp({value}), {binned}"


def _of_words(connection: duckdb.DuckDBPyConnection, fields: list[Field]) -> dict[str, Profile]:
    rows, *present = one_row(connection, f"SELECT count(*), {', '.join(f'count({f.inner})' for f in fields)} {VALID}")
    found: dict[str, Profile] = {
        field.inner: {"nulls": rows - count, "distinct": 0, "top": []}
        for field, count in zip(fields, present, strict=True)
    }
    for inner, distinct, shown, times in connection.execute(" UNION ALL ".join(_top(f) for f in fields)).fetchall():
        found[inner]["distinct"] = distinct
        found[inner]["top"].append({"value": shown, "rows": times})
    return found


def _top(field: Field) -> str:
    value = field.inner
    return (
        f"(SELECT '{value}', count(*) OVER (), left(CAST({value} AS VARCHAR), {SHOWN_LETTERS}), count(*) AS times "
        f"{VALID} AND {value} IS NOT NULL GROUP BY {value} ORDER BY times DESC, {value} LIMIT {TOP_VALUES})"
    )
