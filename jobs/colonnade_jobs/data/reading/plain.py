"""Whole numbers, fractions and booleans as they are written plainly: how many of a column's values are of each."""
# ruff: noqa: S608 - columns are of our own naming, values go through literal()

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb

from ..database import batches, one_row
from ..sql import literal

INTEGER = r"\s*-?(?:0|[1-9][0-9]*)\s*"
NUMBER = r"\s*-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*"
INFINITE = r"(?i)\s*-?(?:inf|infinity)\s*"
BOOLEANS = "('true', 'false')"
MOSTLY = 0.5


@dataclass(frozen=True)
class Plain:
    """How many values of a column are present, and of each kind. long: whole ones of more than 64 bits."""

    present: int
    whole: int
    long: int
    number: int
    infinite: int
    boolean: int

    @property
    def is_whole(self) -> bool:
        return self.whole == self.present and not self.long

    @property
    def is_number(self) -> bool:
        return self.number > 0 and self.number + self.infinite == self.present

    @property
    def is_boolean(self) -> bool:
        return self.boolean == self.present

    @property
    def is_plain(self) -> bool:
        """Whether all values are of one kind; text, where whole numbers are too long."""
        return self.is_whole or self.is_boolean or (self.is_number and not self.is_long)

    @property
    def is_long(self) -> bool:
        """Whether these are identifiers that only look like numbers: rounded, they would no longer differ."""
        return self.whole == self.present and self.long > 0

    @property
    def is_mostly_numbers(self) -> bool:
        return self.number > 0 and self.number >= MOSTLY * self.present


def count(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> dict[str, Plain]:
    """What the values of columns of text are, by one statement."""
    return {column: Plain(*counts) for column, counts in ask(connection, table, columns, _conditions).items()}


def confirm(connection: duckdb.DuckDBPyConnection, table: str, sampled: dict[str, Plain]) -> dict[str, Plain]:
    """What all values are, where a sample was plain: the sample's kind is asked first, which costs least."""
    asked = {column: guess for column, guess in sampled.items() if guess.is_plain or guess.is_mostly_numbers}
    alike = [column for column, guess in asked.items() if guess.is_plain]
    quick = ask(connection, table, alike, lambda column: [_confirmed(column, asked[column])])
    sure = {c: _repeated(asked[c], present) for c, (present, fitting) in quick.items() if present == fitting}
    return sure | count(connection, table, [column for column in asked if column not in sure])


def ask(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], conditions: "Conditions") -> "Counts":
    """For each column how many values are present, and for how many each of its conditions holds."""
    return {column: found for part in batches(columns) for column, found in _ask(connection, table, part, conditions)}


def _ask(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], conditions: "Conditions"
) -> Iterator[tuple[str, list[int]]]:
    asked = {column: conditions(column) for column in columns}
    counts = [f"count(*) FILTER ({condition})" for found in asked.values() for condition in found]
    present = ", ".join(f"count({column})" for column in columns)
    narrow = f"(SELECT {', '.join(columns)} FROM {table})"  # a subquery of all columns costs by the table's width
    row = one_row(connection, f"SELECT {', '.join([present, *counts])} FROM {narrow}")
    rest = iter(row[len(columns) :])
    for n, column in enumerate(columns):
        yield column, [int(row[n]), *(int(next(rest)) for _ in asked[column])]


def is_number(column: str) -> str:
    """SQL: whether a text is a finite number, plainly written."""
    return f"regexp_full_match({column}, {literal(NUMBER)}) AND isfinite(TRY_CAST({column} AS DOUBLE))"


def _conditions(column: str) -> list[str]:
    whole = f"regexp_full_match({column}, {literal(INTEGER)})"
    return [
        whole,
        f"{whole} AND TRY_CAST({column} AS BIGINT) IS NULL",
        is_number(column),
        f"regexp_full_match({column}, {literal(INFINITE)})",
        f"lower(trim({column})) IN {BOOLEANS}",
    ]


def _confirmed(column: str, guess: Plain) -> str:
    if not guess.present:
        return "false"
    if guess.is_whole:
        return f"CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) = {column}"
    return is_number(column) if guess.is_number else f"lower({column}) IN {BOOLEANS}"


def _repeated(guess: Plain, present: int) -> Plain:
    """The sample's answer, now of all values."""
    whole, number = guess.is_whole, guess.is_number
    return Plain(present, present * whole, 0, present * number, 0, present * (not number))


Conditions = Callable[[str], list[str]]
Counts = dict[str, list[int]]
