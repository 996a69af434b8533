"""Checks of the table as a whole: how many rows, how fresh, which shares."""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import duckdb

from colonnade_api.datasets.dataset import Validation
from colonnade_api.datasets.expectations import Freshness, Representation, RowCount, Share
from colonnade_api.durations import format_duration

from ...errors import PermanentError
from ...formatting import percent
from ..columns import Field
from ..tables.database import one_row
from .demands import named
from .findings import Finding

COUNTABLE = ("category", "string", "boolean", "integer")
VALID = "validated WHERE reasons IS NULL"
WORST = 3


def check(
    connection: duckdb.DuckDBPyConnection, fields: Sequence[Field], spec: Validation, now: datetime
) -> list[Finding]:
    """What is wrong with the values of the valid rows of `validated`. now: the moment of the look.

    Raises PermanentError when a check names a column that isn't there, or that it doesn't fit.
    """
    columns = {field.rule.name: field for field in fields}
    found: list[Finding] = []
    if spec.freshness:
        found += _freshness(connection, columns, spec.freshness, now)
    for n, wanted in enumerate(spec.representation or ()):
        found += _representation(connection, columns, wanted, f"spec.validation.representation[{n}]")
    return found


def row_count(wanted: RowCount, rows: int) -> Iterator[Finding]:
    """What is wrong with how many rows a version would have."""
    if wanted.min is not None and rows < wanted.min:
        yield Finding("TooFewRows", f"{rows:,} rows are fewer than rowCount.min, {wanted.min:,}", "rowCount", "Reject")
    if wanted.max is not None and rows > wanted.max:
        yield Finding("TooManyRows", f"{rows:,} rows are more than rowCount.max, {wanted.max:,}", "rowCount", "Reject")


def _freshness(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Field], wanted: Freshness, now: datetime
) -> Iterator[Finding]:
    place = "spec.validation.freshness.column"
    field = named(wanted.column, columns, place)
    if field.rule.type != "date":
        raise PermanentError("SchemaMismatch", f"{place}: {wanted.column} is a {field.rule.type}; declare it as a date")
    moment = now.astimezone(UTC).replace(tzinfo=None)
    until = f"TIMESTAMP '{moment.isoformat(sep=' ')}'"
    present, newest, future = one_row(
        connection,
        f"SELECT count({field.inner}), max({field.inner}) FILTER ({field.inner} <= {until}), "
        f"count(*) FILTER ({field.inner} > {until}) FROM {VALID}",
    )
    if not present:
        yield Finding(
            "Stale",
            f"{wanted.column} has no date: how fresh the rows are can't be told",
            "freshness",
            "Reject",
            wanted.column,
        )
        return
    if newest is None:
        said = f"all {present:,} dates of {wanted.column} lie after now, {_moment(moment)}: none says how fresh it is"
        yield Finding("Stale", said, "freshness", "Reject", wanted.column)
        return
    age = moment - newest
    if age > wanted.max_age:
        said = (
            f"the newest {wanted.column} is {_moment(newest)}, {_rounded(age)} before the look "
            f"(limit {format_duration(wanted.max_age)}); look at what fills the source"
        )
        yield Finding("Stale", said, "freshness", "Reject", wanted.column)
    if future:
        said = f"{future:,} of {present:,} dates of {wanted.column} lie after now, and say nothing of how fresh it is"
        yield Finding("DatesInTheFuture", said, "freshness", "Warn", wanted.column)


def _moment(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='seconds')}Z"


def _rounded(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return format_duration(timedelta(minutes=minutes)) if minutes else "less than a minute"


def _representation(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Field], wanted: Representation, place: str
) -> Iterator[Finding]:
    field = named(wanted.column, columns, f"{place}.column")
    if field.rule.type not in COUNTABLE:
        raise PermanentError(
            "SchemaMismatch", f"{place}.column: {wanted.column} is a {field.rule.type}, and its values have no shares"
        )
    inner = field.inner
    total = int(one_row(connection, f"SELECT count({inner}) FROM {VALID}")[0])
    if not total:
        yield _unrepresented(wanted, f"{wanted.column} has no value, and no shares")
        return
    problems = list(_wrong_shares(connection, inner, wanted, total))
    if problems:
        more = f", and {len(problems) - WORST} more" if len(problems) > WORST else ""
        said = f"of {total:,} values of {wanted.column}, {', '.join(problems[:WORST])}{more}"
        yield _unrepresented(wanted, said)


def _wrong_shares(
    connection: duckdb.DuckDBPyConnection, inner: str, wanted: Representation, total: int
) -> Iterator[str]:
    asked = wanted.values or {}
    counts = "SELECT CAST({0} AS VARCHAR) AS value, count(*) AS times FROM {1} AND {0} IS NOT NULL GROUP BY {0}"
    found = connection.execute(
        f"SELECT value, times FROM ({counts.format(inner, VALID)}) WHERE value IN (SELECT unnest(?)) OR "
        "times / CAST(? AS DOUBLE) < ?",
        [list(asked), total, wanted.min_fraction or 0],
    ).fetchall()
    shares = dict.fromkeys(asked, 0) | dict(found)
    for value, times in sorted(shares.items(), key=lambda pair: (pair[1], pair[0])):
        limits = asked.get(value, Share.model_construct(min=None, max=None))
        low = max(limits.min or 0, wanted.min_fraction or 0 if times else 0)
        if times / total < low:
            yield f"{value} has {percent(times / total)} (at least {percent(low)})"
        if limits.max is not None and times / total > limits.max:
            yield f"{value} has {percent(times / total)} (at most {percent(limits.max)})"


def _unrepresented(wanted: Representation, said: str) -> Finding:
    return Finding("Unrepresentative", said, "representation", wanted.action, wanted.column)
