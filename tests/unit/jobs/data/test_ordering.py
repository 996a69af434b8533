"""A version has its rows in the source's order, and sorts them only where they lie otherwise."""

import string
from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest

from colonnade_api.datasets.columns import ColumnRule
from colonnade_jobs.data import reading
from colonnade_jobs.data.checks.rules import COMPARED_VALUES
from colonnade_jobs.data.columns import Field
from colonnade_jobs.data.tables import ordering
from tests.unit.jobs.harness import Harness

FIELDS = [Field(ColumnRule(name="a", type="integer"), "c0", "BIGINT")]
ROWS = 300_000  # several row groups, which two threads read


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def validated(connection: duckdb.DuckDBPyConnection, *rows: tuple[int, int, list[int] | None]) -> None:
    connection.execute("CREATE TABLE validated (row_id BIGINT, c0 BIGINT, reasons INTEGER[])")
    connection.executemany("INSERT INTO validated VALUES (?, ?, ?)", rows)


def test_rows_that_lie_in_order_are_not_sorted(connection: duckdb.DuckDBPyConnection) -> None:
    validated(connection, (0, 7, None), (9, 0, [1]), (1, 6, None), (5, 5, None))
    query = ordering.valid_rows(connection, FIELDS)
    assert "ORDER BY" not in query
    assert connection.execute(query).fetchall() == [(7,), (6,), (5,)]


def test_rows_that_were_moved_are_sorted(connection: duckdb.DuckDBPyConnection) -> None:
    validated(connection, (1, 6, None), (0, 7, None), (5, 5, None))
    assert connection.execute(ordering.valid_rows(connection, FIELDS)).fetchall() == [(7,), (6,), (5,)]


def test_a_table_without_valid_rows_is_in_order(connection: duckdb.DuckDBPyConnection) -> None:
    validated(connection, (1, 6, [0]), (0, 7, [0]))
    assert connection.execute(ordering.valid_rows(connection, FIELDS)).fetchall() == []


@pytest.mark.parametrize("values", [COMPARED_VALUES, COMPARED_VALUES + 1])
def test_many_rows_keep_their_order_whatever_a_rule_becomes(harness: Harness, values: int) -> None:
    words = string.ascii_letters[:values]
    frame = pd.DataFrame({"n": range(ROWS), "word": [words[n % values] for n in range(ROWS)]})
    frame.loc[ROWS // 2, "word"] = "?"
    answer = harness.dataset(
        frame,
        schema={"columns": [{"name": "word", "type": "category", "allowed": list(words)}]},
        validation={"onInvalid": "Quarantine", "maxInvalidFraction": 0.5},
    )
    assert answer["version"]["invalidRows"] == 1
    assert harness.table(answer)["n"].to_list() == [n for n in range(ROWS) if n != ROWS // 2]


def test_what_was_read_gives_its_room_back(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TEMP TABLE texts AS SELECT 'x' AS c0")
    connection.execute("CREATE TEMP VIEW raw AS SELECT rowid, c0 FROM texts")
    connection.execute("CREATE TABLE validated AS SELECT 0 AS row_id")
    reading.drop(connection)
    assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("validated",)]
