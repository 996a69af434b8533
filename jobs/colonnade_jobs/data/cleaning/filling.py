"""Missing values, filled after the checks: by statistics of the valid rows alone, so that no bad row moves a mean."""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

import math
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from colonnade_api.datasets.cleaning import CleaningStep

from ...errors import PermanentError
from .. import cells
from ..checks.rules import NOUNS
from ..tables.database import one_row
from .planning import Fill, Plan, Recorded

EXACT_BELOW = 1e18
TWO_ULPS = 2.0**-51
SCALE = 2.0**80


@dataclass(frozen=True)
class Filled:
    """What a fillMissing step did. value: as text; None where there was none to fill with."""

    column: str
    strategy: str
    value: str | None
    rows: int


def fill(connection: duckdb.DuckDBPyConnection, fills: list[Fill]) -> list[Filled]:
    """Fills the valid rows of `validated`, one step after the other.

    Raises PermanentError when a step has no value to give.
    """
    return [_fill(connection, one) for one in fills]


def recorded(planned: Plan, steps: Sequence[CleaningStep], filled: Sequence[Filled]) -> list[Recorded]:
    """What a version records for serving: nothing of a table whose steps only trim and fill, as before there were
    others, so that it keeps its digest."""
    if not any(step.lowercase or step.replace or step.clip for step in steps):
        return []
    fills = [{"step": "fillMissing", "column": f.column, "value": f.value} for f in filled if f.value is not None]
    return [*planned.recorded, *fills]


def _fill(connection: duckdb.DuckDBPyConnection, one: Fill) -> Filled:
    value = _value(connection, one)
    column, rule = one.field.inner, one.field.rule
    if value is None:
        if not rule.nullable:
            raise PermanentError(
                "InvalidSpec",
                f"{one.place}: {rule.name} has not one valid value to take the {one.step.strategy} of; "
                "fill it by a constant",
            )
        return Filled(rule.name, one.step.strategy, None, 0)
    typed = cells.typed(one.field, value)
    missing = f"{column} IS NULL AND reasons IS NULL"
    rows = one_row(connection, f"UPDATE validated SET {column} = {typed} WHERE {missing}")[0]
    return Filled(rule.name, one.step.strategy, value, int(rows))


def _value(connection: duckdb.DuckDBPyConnection, one: Fill) -> str | None:
    match one.step.strategy:
        case "constant":
            return _constant(connection, one)
        case "mode":
            return _mode(connection, one.field.inner)
        case "median":
            return _median(connection, one.field.inner, one.field.rule.type)
        case "mean":
            mean = _mean_of_integers if one.field.rule.type == "integer" else _mean
            return mean(connection, one.field.inner)


def _constant(connection: duckdb.DuckDBPyConnection, one: Fill) -> str:
    """The constant, read as a cell of its column would be."""
    rule, given = one.field.rule, str(one.step.value)
    found = cells.read(connection, one.field, given)
    if found is None:
        noun = NOUNS.get(rule.type, rule.type)
        raise PermanentError("InvalidSpec", f"{one.place}.value: {given!r} is no {noun}; {rule.name} is a {noun}")
    return found


def _valid(column: str) -> str:
    return f"FROM validated WHERE reasons IS NULL AND {column} IS NOT NULL"


def _mode(connection: duckdb.DuckDBPyConnection, column: str) -> str | None:
    rows = connection.execute(
        f"SELECT CAST({column} AS VARCHAR) {_valid(column)} GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT 1"
    ).fetchall()
    return str(rows[0][0]) if rows else None


def _median(connection: duckdb.DuckDBPyConnection, column: str, kind: str) -> str | None:
    if kind == "integer":
        low, high = one_row(
            connection,
            f"SELECT quantile_disc({column}, 0.5), -quantile_disc(-CAST({column} AS HUGEINT), 0.5) {_valid(column)}",
        )
        return None if low is None else str(_half_up(int(low) + int(high), 2))
    median, of_halves = one_row(connection, f"SELECT median({column}), median({column} / 2) {_valid(column)}")
    return None if median is None else repr(median if math.isfinite(median) else 2 * of_halves)


def _mean_of_integers(connection: duckdb.DuckDBPyConnection, column: str) -> str | None:
    count, total = one_row(connection, f"SELECT count(*), sum({column}) {_valid(column)}")
    return str(_half_up(int(total), count)) if count else None


def _half_up(total: int, count: int) -> int:
    """total / count to the nearest whole number, halves away from zero."""
    rounded = (2 * abs(total) + count) // (2 * count)
    return rounded if total >= 0 else -rounded


def _mean(connection: duckdb.DuckDBPyConnection, column: str) -> str | None:
    """The mean by an exact sum: a plain sum of doubles would depend on how the rows fell to the threads.

    Numbers of at most nine decimals are summed as such; all others as the doubles that they are.
    """
    decimal = f"CASE WHEN abs({column}) < {EXACT_BELOW:.0f} THEN TRY_CAST({column} AS DECIMAL(38, 9)) END"
    count, total, is_exact = one_row(
        connection,
        f"SELECT count(*), CAST(sum({decimal}) AS DOUBLE), bool_and(coalesce(abs(CAST({decimal} AS DOUBLE) "
        f"- {column}) <= abs({column}) * {TWO_ULPS}, false)) {_valid(column)}",
    )
    if not count:
        return None
    if is_exact:
        return repr(total / count)
    try:
        return repr(_exact_sum(connection, column) / count)
    except OverflowError:
        return repr(_exact_sum(connection, f"{column} / {SCALE:.0f}") / count * SCALE)


def _exact_sum(connection: duckdb.DuckDBPyConnection, value: str) -> float:
    with connection.sql(f"SELECT {value} {_valid(value)}").to_arrow_reader() as batches:
        return math.fsum(number for batch in batches for number in batch.column(0).to_pylist())
