"""Whole numbers, fractions and booleans as they are written plainly: how many of a column's values are of each."""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from ..tables import aggregates
from ..tables.aggregates import Answer, Question
from ..tables.sql import literal

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
    def kind(self) -> str:
        """What all values are, where they are plain."""
        if not self.present:
            return "nothing"
        if self.is_whole:
            return "whole"
        return "number" if self.is_number else "boolean"

    def confirmed(self, value: str) -> list[str]:
        """SQL: whether another value is of that kind too; most often, where that costs less to know."""
        conditions = {
            "nothing": "false",
            "whole": f"CAST(TRY_CAST({value} AS BIGINT) AS VARCHAR) = {value}",
            "number": is_number(value),
            "boolean": f"lower({value}) IN {BOOLEANS}",
        }
        return [conditions[self.kind]]

    @property
    def is_mostly_numbers(self) -> bool:
        return self.number > 0 and self.number >= MOSTLY * self.present


def count(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> dict[str, Plain]:
    """What the values of columns of text are."""
    return {column: Plain(*counts) for column, counts in ask(connection, table, columns, _conditions).items()}


def confirm(connection: duckdb.DuckDBPyConnection, table: str, sampled: dict[str, Plain]) -> dict[str, Plain]:
    """What all values are, where a sample was plain: the sample's kind is asked first, which costs least."""
    asked = {column: guess for column, guess in sampled.items() if guess.is_plain or guess.is_mostly_numbers}
    alike = {column: guess for column, guess in asked.items() if guess.is_plain}
    questions = [Question(column, _counts(guess.confirmed), kind=guess.kind) for column, guess in alike.items()]
    quick = zip(alike, aggregates.ask(connection, table, questions), strict=True)
    sure = {column: _repeated(alike[column], present) for column, (present, fitting) in quick if present == fitting}
    return sure | count(connection, table, [column for column in asked if column not in sure])


def ask(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], conditions: "Conditions"
) -> dict[str, Answer]:
    """For each column how many values are present, and for how many each condition holds."""
    answers = aggregates.ask(connection, table, [Question(column, _counts(conditions)) for column in columns])
    return dict(zip(columns, answers, strict=True))


def _counts(conditions: "Conditions") -> "Conditions":
    return lambda value: [f"count({value})", *(f"count(*) FILTER ({condition})" for condition in conditions(value))]


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


def _repeated(guess: Plain, present: int) -> Plain:
    """The sample's answer, now of all values."""
    whole, number = guess.is_whole, guess.is_number
    return Plain(present, present * whole, 0, present * number, 0, present * (not number))


Conditions = Callable[[str], list[str]]
