"""Columns that are stacked answer what they answer side by side."""

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade_jobs.data.tables import aggregates
from colonnade_jobs.data.tables.aggregates import Question


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def counts(value: str, weight: str) -> list[str]:
    """Exact answers, in which the order of values doesn't show."""
    return [f"count({value})", f"count(DISTINCT {value})", f"min({value})", f"max({value} * {weight})"]


def words(value: str) -> list[str]:
    return [f"count({value})", f"max(upper({value}))"]


cells = st.tuples(st.one_of(st.none(), st.integers(-99, 99)), st.one_of(st.none(), st.text(max_size=3)))


@settings(deadline=None)
@given(rows=st.lists(st.tuples(cells, cells), max_size=20))
def test_stacked_columns_answer_as_side_by_side(
    connection: duckdb.DuckDBPyConnection, rows: list[tuple[tuple[int | None, str | None], ...]]
) -> None:
    flat = [(one[0], one[1], other[0], other[1]) for one, other in rows]
    kinds = (pa.int64(), pa.string(), pa.int64(), pa.string())
    columns = {f"c{n}": pa.array([row[n] for row in flat], kind) for n, kind in enumerate(kinds)}
    connection.register("t", pa.table(columns))
    questions = [
        Question("c0", counts, (2.0,), "numbers"),
        Question("c1", words, kind="words"),
        Question("c2", counts, (0.5,), "numbers"),
        Question("c3", words, kind="words"),
    ]
    assert aggregates.is_short(connection, "t")
    assert aggregates.ask(connection, "t", questions) == list(aggregates.side_by_side(connection, "t", questions))


def test_a_long_table_is_asked_side_by_side_and_many_columns_in_parts(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"range + {n} AS c{n}" for n in range(45))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE long AS SELECT {columns} FROM range(30_000)")
    questions = [Question(f"c{n}", lambda value: [f"max({value})"]) for n in range(45)]
    assert not aggregates.is_short(connection, "long")
    assert aggregates.ask(connection, "long", questions) == [(29_999 + n,) for n in range(45)]
    assert aggregates.ask(connection, "long WHERE c0 < 9", questions) == [(8 + n,) for n in range(45)]
