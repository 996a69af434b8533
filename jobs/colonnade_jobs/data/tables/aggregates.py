"""Aggregates of many columns at once: side by side in a long table, stacked in a short one.

Each column costs its part of a plan, some milliseconds; of a short table that is more than all of its values. There
the columns of one kind become one column of values, grouped by where they come from, and one plan does for all.
"""
# ruff: noqa: S608 - identifiers are of our own making

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import duckdb

SHORT_ROWS = 20_480  # with more, stacking a column costs more than its part of a plan; a sample has as many
STACKED_AT_ONCE = 500
COLUMNS_AT_ONCE = 20  # each query costs a plan, and a wide plan its square

Answer = tuple[Any, ...]
Part = TypeVar("Part")


@dataclass(frozen=True)
class Question:
    """What is asked of a column. value: SQL over the table.

    aggregates: SQL of each answer, given SQL of the value and of the parameters. kind: questions of one kind have
    values of one type and the same aggregates.
    """

    value: str
    aggregates: Callable[..., list[str]]
    parameters: tuple[float, ...] = ()
    kind: str = ""


def ask(connection: duckdb.DuckDBPyConnection, source: str, questions: Sequence[Question]) -> list[Answer]:
    """The answers, in the questions' order. source: a table and which of its rows: `t WHERE …`, `t LIMIT …`."""
    if len(questions) > 1 and is_short(connection, source):
        return _ask_stacked(connection, source, questions)
    return [answer for part in parts(questions) for answer in side_by_side(connection, source, part)]


def is_short(connection: duckdb.DuckDBPyConnection, source: str) -> bool:
    """Whether a source has so few rows that its columns are better stacked."""
    query = f"SELECT count(*) FROM (SELECT 1 FROM (SELECT 1 FROM {source}) LIMIT {SHORT_ROWS + 1})"
    return int(connection.execute(query).fetchall()[0][0]) <= SHORT_ROWS


def parts(whole: Sequence[Part], size: int = COLUMNS_AT_ONCE) -> Iterator[Sequence[Part]]:
    """A sequence in parts of a size."""
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


def stack(source: str, columns: dict[str, list[str]]) -> str:
    """SQL: a subquery of columns, each of which has the values of several, row by row."""
    lists = ", ".join(f"unnest([{', '.join(values)}]) AS {name}" for name, values in columns.items())
    return f"(SELECT {lists} FROM {source})"


def side_by_side(connection: duckdb.DuckDBPyConnection, source: str, questions: Sequence[Question]) -> Iterator[Answer]:
    """The answers by one row that holds them all."""
    values = ", ".join(f"{question.value} AS v{n}" for n, question in enumerate(questions))
    asked = [q.aggregates(f"v{n}", *map(_double, q.parameters)) for n, q in enumerate(questions)]
    aggregates = ", ".join(sql for each in asked for sql in each)
    rows = connection.execute(f"SELECT {aggregates} FROM (SELECT {values} FROM {source})").fetchall()
    row = iter(rows[0])
    for each in asked:
        yield tuple(islice(row, len(each)))


def stacked(connection: duckdb.DuckDBPyConnection, source: str, questions: Sequence[Question]) -> Iterator[Answer]:
    """The answers to questions of one kind by a row each."""
    names = [f"p{n}" for n in range(len(questions[0].parameters))]
    columns = {"place": [str(n) for n in range(len(questions))], "v": [question.value for question in questions]}
    columns |= {name: [_double(question.parameters[n]) for question in questions] for n, name in enumerate(names)}
    aggregates = ", ".join(questions[0].aggregates("v", *names))
    rows = connection.execute(f"SELECT {aggregates} FROM {stack(source, columns)} GROUP BY place ORDER BY place")
    answers = rows.fetchall()
    yield from answers or list(side_by_side(connection, source, questions[:1])) * len(questions)  # of no rows


def _ask_stacked(connection: duckdb.DuckDBPyConnection, source: str, questions: Sequence[Question]) -> list[Answer]:
    by_kind: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        by_kind.setdefault(question.kind, []).append(place)
    answers: dict[int, Answer] = {}
    for places in by_kind.values():
        for part in parts(places, STACKED_AT_ONCE):
            answers |= zip(part, stacked(connection, source, [questions[place] for place in part]), strict=True)
    return [answers[place] for place in range(len(questions))]


def _double(number: float) -> str:
    return f"{number!r}::DOUBLE"
