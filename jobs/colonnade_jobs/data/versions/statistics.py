"""What the valid rows of `validated` hold, column by column."""
# ruff: noqa: S608 - identifiers are of our own making

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb

from ..columns import Field
from ..tables import aggregates
from ..tables.aggregates import COLUMNS_AT_ONCE, STACKED_AT_ONCE, Question

BINS = 20
TOP_VALUES = 20
SHOWN_LETTERS = 100
PARTS, MOST_MISSING = 40, 60
NUMERIC = {"number", "integer", "date"}
VALID = "validated WHERE reasons IS NULL"

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
    counts = aggregates.ask(
        connection, VALID, [Question(one.inner, _counts(one), kind=one.rule.type) for one in fields]
    )
    found: dict[str, Profile] = {}
    ranges: list[_Range] = []
    for field, (rows, present, *numeric) in zip(fields, counts, strict=True):
        found[field.inner] = {"nulls": rows - present}
        if numeric:
            found[field.inner]["distinct"] = numeric[0]
        if numeric and present:
            ranges.append(_Range(field, *numeric[1:]))
    for inner, spread in _spreads(connection, ranges).items():
        found[inner] |= spread
    for inner, top in _tops(connection, [field for field in fields if field.rule.type not in NUMERIC]).items():
        found[inner] |= top
    return [{"name": field.rule.name, "type": field.rule.type} | found[field.inner] for field in fields]


def missing(connection: duckdb.DuckDBPyConnection, fields: list[Field]) -> Profile | None:
    """Where in the table values are missing: by column, how many in each of some parts of equal length, in order.

    fields: the columns that lack some; the first of them are looked at. None where there is none.
    """
    looked_at = fields[:MOST_MISSING]
    if not looked_at:
        return None
    part = f"CAST(floor(row_id * {PARTS}::DOUBLE / (SELECT max(row_id) + 1 FROM validated)) AS INTEGER)"
    counts = ", ".join(f"count(*) - count({one.inner})" for one in looked_at)
    query = f"SELECT {part} AS part, count(*), {counts} FROM {VALID} GROUP BY part ORDER BY part"
    rows = connection.execute(query).fetchall()
    columns = [{"name": one.rule.name, "counts": [row[n] for row in rows]} for n, one in enumerate(looked_at, start=2)]
    return {"rows": [row[1] for row in rows], "columns": columns}


def _counts(field: Field) -> Callable[[str], list[str]]:
    def asked(value: str) -> list[str]:
        counted = ["count(*)", f"count({value})"]
        number = _number(field, value)
        numeric = [f"count(DISTINCT {value})", f"min({number})::DOUBLE", f"max({number})::DOUBLE"]
        return counted + numeric if field.rule.type in NUMERIC else counted

    return asked


def _number(field: Field, value: str) -> str:
    return f"epoch({value})" if field.rule.type == "date" else value


def _spreads(connection: duckdb.DuckDBPyConnection, ranges: list[_Range]) -> dict[str, Profile]:
    questions = [
        Question(one.field.inner, _spread(one.field), (one.scale, one.low / one.scale, one.width), one.field.rule.type)
        for one in ranges
    ]
    found = {}
    for one, (mean, deviation, counts) in zip(ranges, aggregates.ask(connection, VALID, questions), strict=True):
        edges = [min(one.low + one.width * one.scale * edge, one.high) for edge in range(BINS + 1)]
        found[one.field.inner] = {
            "min": one.low,
            "max": one.high,
            "mean": mean * one.scale,
            "stddev": None if deviation is None else deviation * one.scale,
            "histogram": {"edges": edges, "counts": [counts.get(bin_, 0) for bin_ in range(BINS)]},
        }
    return found


def _spread(field: Field) -> Callable[[str, str, str, str], list[str]]:
    def asked(value: str, scale: str, low: str, width: str) -> list[str]:
        scaled = f"({_number(field, value)} / {scale})"
        bin_ = f"floor(({scaled} - {low}) / {width})"
        binned = f"histogram(least({BINS - 1}, {bin_})::TINYINT) FILTER ({value} IS NOT NULL)"
        return [f"avg({scaled})", f"stddev_samp({scaled})", binned]

    return asked


def _tops(connection: duckdb.DuckDBPyConnection, fields: list[Field]) -> dict[str, Profile]:
    """Distinct values and the most frequent ones."""
    found: dict[str, Profile] = {field.inner: {"distinct": 0, "top": []} for field in fields}
    is_short = aggregates.is_short(connection, VALID)
    query, at_once = (_stacked_tops, STACKED_AT_ONCE) if is_short else (_tops_one_by_one, COLUMNS_AT_ONCE)
    for part in aggregates.parts(fields, at_once):
        for inner, distinct, shown, times in connection.execute(query([field.inner for field in part])).fetchall():
            found[inner]["distinct"] = distinct
            found[inner]["top"].append({"value": shown, "rows": times})
    return found


def _stacked_tops(columns: list[str]) -> str:
    values = aggregates.stack(
        VALID, {"c": [f"'{c}'" for c in columns], "v": [f"CAST({c} AS VARCHAR)" for c in columns]}
    )
    return (
        f"SELECT c, count(*) OVER (PARTITION BY c), left(v, {SHOWN_LETTERS}), count(*) AS times "
        f"FROM {values} WHERE v IS NOT NULL GROUP BY c, v "
        f"QUALIFY row_number() OVER (PARTITION BY c ORDER BY times DESC, v) <= {TOP_VALUES} ORDER BY c, times DESC, v"
    )


def _tops_one_by_one(columns: list[str]) -> str:
    return " UNION ALL ".join(
        f"(SELECT '{c}', count(*) OVER (), left(CAST({c} AS VARCHAR), {SHOWN_LETTERS}), count(*) AS times FROM {VALID} "
        f"AND {c} IS NOT NULL GROUP BY {c} ORDER BY times DESC, {c} LIMIT {TOP_VALUES})"
        for c in columns
    )
