"""How the values of a column are written, told from all of them: which marks its numbers have, which format its dates.

A reading that can't be told apart from another one is refused: a guess that a next row could overturn is no answer.
"""
# ruff: noqa: S608 - columns are of our own naming, values go through literal()

from dataclasses import dataclass, replace

import duckdb

from colonnade_api.datasets.csv import Csv

from ...errors import PermanentError
from ..tables.database import one_row
from ..tables.sql import literal
from . import dates
from .dates import DateFormat
from .numbers import COMMA, PLAIN, POINT, Marks

SHOWN = 3
FEW, SAMPLE_ROWS = 1000, 20_480


@dataclass(frozen=True)
class Values:
    """A column's values in a table. column: what it is called inside; name: what its owner calls it."""

    connection: duckdb.DuckDBPyConnection
    table: str
    column: str
    name: str

    def count(self, *conditions: str) -> list[int]:
        """How many values there are for which each condition holds; none of them where the value is missing."""
        counts = ", ".join(f"count(*) FILTER ({condition})" for condition in conditions)
        return [int(count) for count in one_row(self.connection, f"SELECT {counts} FROM {self.table}")]

    def examples(self, condition: str) -> list[str]:
        """The first few values for which a condition holds."""
        query = (
            f"SELECT DISTINCT {self.column} FROM (SELECT {self.column} FROM {self.table} WHERE {condition} LIMIT 999)"
        )
        return [str(row[0]) for row in self.connection.execute(f"{query} ORDER BY 1 LIMIT {SHOWN}").fetchall()]

    def one(self, select: str, condition: str) -> list[str]:
        """One row of texts, of the first value for which a condition holds; empty where there is none."""
        rows = self.connection.execute(f"SELECT {select} FROM {self.table} WHERE {condition} LIMIT 1").fetchall()
        return [str(value) for value in rows[0]] if rows else []


def fitting_sample(values: Values, formats: list[DateFormat]) -> list[DateFormat]:
    """Of some formats those that all of a column's first values fit; none where there is no value."""
    for rows in (FEW, SAMPLE_ROWS):
        if formats:
            first = f"(SELECT {values.column} FROM {values.table} WHERE {values.column} IS NOT NULL LIMIT {rows})"
            formats = fitting(replace(values, table=first), formats)
    return formats


def fitting(values: Values, formats: list[DateFormat]) -> list[DateFormat]:
    """Of some formats those that all of a column's values fit; none where there is no value."""
    present, *fits = values.count(f"{values.column} IS NOT NULL", *(form.fits(values.column) for form in formats))
    return [form for form, count in zip(formats, fits, strict=True) if present and count == present]


def given_marks(csv: Csv) -> Marks | None:
    """The marks that the spec names; None where it names neither."""
    if csv.decimal is None and csv.thousands is None:
        return None
    decimal = csv.decimal or ("," if csv.thousands == "." else ".")
    return Marks(decimal, csv.thousands or (POINT if decimal == "." else COMMA).thousands)


def marks_of(values: Values, csv: Csv) -> Marks:
    """The marks that most values of a column of numbers have. Raises PermanentError where 1,234 may be two numbers."""
    if given := given_marks(csv):
        return given
    plain, comma, point = values.count(*(marks.fits(values.column) for marks in (PLAIN, COMMA, POINT)))
    best = max(plain, comma, point)
    if plain == best:
        return PLAIN
    if comma == point and values.count(
        f"{COMMA.fits(values.column)} AND {POINT.fits(values.column)} AND NOT {PLAIN.fits(values.column)}"
    ) == [comma - plain]:
        raise _two_numbers(values)
    return COMMA if comma == best else POINT


def _two_numbers(values: Values) -> PermanentError:
    both = f"{COMMA.fits(values.column)} AND {POINT.fits(values.column)} AND NOT {PLAIN.fits(values.column)}"
    selected = ", ".join(f"CAST({marks.plain(values.column)} AS DOUBLE)::VARCHAR" for marks in (COMMA, POINT))
    example, small, large = values.one(f"{values.column}, {selected}", both)
    return PermanentError(
        "AmbiguousNumbers",
        f"{values.name}: every value can be read in two ways: {example} may be {float(small):g} or {float(large):,g}; "
        "set spec.source.csv.decimal (',' or '.'), or declare the column as string",
    )


def check_grouping(values: Values, other: str) -> None:
    """Raises PermanentError where each fraction, like 1.234, may be a thousand, as decimal commas elsewhere suggest."""
    point, grouped = values.count(
        f"contains({values.column}, '.')", rf"regexp_full_match({values.column}, '-?[1-9][0-9]{{0,2}}(\.[0-9]{{3}})+')"
    )
    if point and point == grouped:
        (example,) = values.one(values.column, f"contains({values.column}, '.')")
        raise PermanentError(
            "AmbiguousNumbers",
            f"{values.name}: {example} may be a fraction or a thousand, since {other} has decimal commas; set "
            "spec.source.csv.decimal, or declare the column as string",
        )


def date_format_of(values: Values, csv: Csv) -> DateFormat:
    """The format that most values of a column of dates have.

    Raises PermanentError where the values fit day first and month first, or seconds and milliseconds, alike.
    """
    if csv.date_format:
        given = dates.of_format(csv.date_format)
        if values.count(given.fits(values.column))[0]:
            return given
    counts = dict(zip(dates.FORMATS, values.count(*(form.fits(values.column) for form in dates.FORMATS)), strict=True))
    check_order(values, counts)
    best = max(dates.FORMATS, key=lambda form: counts[form])
    numbers = values.count(PLAIN.fits(values.column))[0]
    if numbers > counts[best]:
        return unix_of(values, f"TRY_CAST({PLAIN.plain(values.column)} AS DOUBLE)")
    return best if counts[best] else dates.ISO


def check_order(values: Values, counts: dict[DateFormat, int]) -> None:
    """Raises PermanentError where the best fitting format may be day first or month first."""
    best = max(counts.values(), default=0)
    for days, months in dates.PAIRS:
        if not best or max(counts.get(days, 0), counts.get(months, 0)) < best:
            continue
        day, month = days.timestamp(values.column), months.timestamp(values.column)
        only_days, only_months, differing = values.count(
            f"({day}) IS NOT NULL AND ({month}) IS NULL",
            f"({day}) IS NULL AND ({month}) IS NOT NULL",
            f"({day}) <> ({month})",
        )
        if bool(only_days) != bool(only_months) or not differing:
            return
        example, first, second = values.one(
            f"{values.column}, strftime({day}, '%-d %B %Y'), strftime({month}, '%-d %B %Y')", f"({day}) <> ({month})"
        )
        raise PermanentError(
            "AmbiguousDates",
            f"{values.name}: its dates can be read as {days.label} and as {months.label}: {example} may be {first} or "
            f"{second}; set spec.source.csv.dateFormat ({literal(days.formats[0])} or {literal(months.formats[0])}), "
            "or declare the column as string",
        )


def unix_of(values: Values, number: str) -> DateFormat:
    """The unit in which numbers count since 1970. number: SQL of the value as DOUBLE.

    Raises PermanentError where unclear.
    """
    row = one_row(
        values.connection,
        f"SELECT min(abs({number})) FILTER (abs({number}) >= {dates.EARLIEST_SECONDS}), max(abs({number})), "
        f"count({number}) FROM {values.table}",
    )
    smallest, largest, count = row
    if not count:
        return dates.unix("s")
    if smallest is None:
        raise PermanentError(
            "AmbiguousDates",
            f"{values.name} is declared as date, and its numbers, up to {largest:,.0f}, are too small for seconds "
            "since 1970 that anyone meant (before March 1973); declare it as integer, or write its dates as 2023-01-31",
        )
    unit = dates.unit_of(smallest, largest)
    if unit is None:
        raise PermanentError(
            "AmbiguousDates",
            f"{values.name}: its numbers, from {smallest:,.0f} to {largest:,.0f}, are neither all seconds nor all "
            "milliseconds since 1970; mend the column, or set spec.source.csv.dateFormat (unix or unix-ms)",
        )
    return dates.unix(unit)
