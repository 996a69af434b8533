"""Rows of a SQLite file; what goes wrong is told without a word of the address."""

import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError, TransientError
from tests.unit.jobs.harness import Answer, Harness

MARKER = "marker-7c1f"


@pytest.fixture
def shop(harness: Harness) -> sqlite3.Connection:
    return sqlite3.connect(harness.folder / f"{MARKER}.db")


@pytest.fixture
def ask(harness: Harness, shop: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> Any:
    file = harness.folder / "uri"

    def asked(statement: str, address: str = f"sqlite:///{harness.folder}/{MARKER}.db") -> Answer:
        shop.commit()
        file.write_text(address)
        monkeypatch.setenv("COLONNADE_SOURCE_CONNECTION_FILE", str(file))
        sql = {"connectionSecretRef": {"name": "shop", "key": "uri"}, "statement": statement}
        return harness.collect({"namespace": "default", "name": "rows", "spec": {"source": {"sql": sql}}})

    return asked


def refused(ask: Any, *arguments: str) -> str:
    with pytest.raises(PermanentError) as error:
        ask(*arguments)
    assert MARKER not in error.value.message
    return f"{error.value.reason}: {error.value.message}"


def test_the_rows_are_those_that_pandas_reads_sorted(harness: Harness, shop: sqlite3.Connection, ask: Any) -> None:
    frame = pd.DataFrame({"id": [3, 1, 2**60 + 1], "name": ["é", None, "x"], "price": [1.5, None, -0.25]})
    frame.to_sql("items", shop, index=False)
    answer = ask("SELECT * FROM items")
    expected = frame.sort_values("id").reset_index(drop=True)
    pd.testing.assert_frame_equal(harness.table(answer), expected, check_dtype=False)
    assert answer["version"]["source"] == "the database of Secret shop"


def test_the_same_rows_in_another_order_are_the_same_version(shop: sqlite3.Connection, ask: Any) -> None:
    shop.execute("CREATE TABLE t (a INTEGER)")
    shop.executemany("INSERT INTO t VALUES (?)", [(each,) for each in (3, 1, 2)])
    first = ask("SELECT a FROM t ORDER BY a DESC")["version"]["digest"]
    assert ask("SELECT a FROM t")["version"]["digest"] == first


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT x FROM nope", "InvalidQuery: spec.source.sql.statement: no such table: nope"),
        ("DELETE FROM t", "it is no SELECT"),
        (f"ATTACH '{MARKER}-2.db' AS m", "it is no SELECT"),
        ("PRAGMA query_only = OFF", "it is no SELECT"),
        ("WITH one AS (SELECT 1) DELETE FROM t", "attempt to write a readonly database"),
        ("SELECT x'00' AS b", "column b is of type binary, which no version can hold; write hex(b)"),
    ],
)
def test_what_a_statement_may_not_do(shop: sqlite3.Connection, ask: Any, statement: str, words: str) -> None:
    shop.execute("CREATE TABLE t (a INTEGER)")
    assert words in refused(ask, statement)


def test_a_column_of_several_types_is_told(shop: sqlite3.Connection, ask: Any) -> None:
    shop.execute("CREATE TABLE t (a INTEGER)")
    shop.executemany("INSERT INTO t VALUES (?)", [*((n,) for n in range(3000)), ("word",)])
    assert "a column holds numbers first and other values later" in refused(ask, "SELECT a FROM t")


def test_a_file_that_is_not_there_and_an_address_that_is_none(ask: Any) -> None:
    assert "SourceNotFound" in refused(ask, "SELECT 1", f"sqlite:////nowhere/{MARKER}.db")
    assert "is no address of a database; write postgresql://" in refused(ask, "SELECT 1", f"mysql://a:{MARKER}@db")


@pytest.mark.parametrize(
    "address",
    [f"postgresql://{MARKER}:{MARKER}@127.0.0.1:1/{MARKER}", f"postgresql://u:{MARKER}@{MARKER}.invalid/x"],
)
def test_a_server_that_does_not_answer_is_asked_again_later(ask: Any, address: str) -> None:
    with pytest.raises(TransientError, match="the database of Secret shop: ") as error:
        ask("SELECT 1", address)
    assert (error.value.reason, MARKER in error.value.message) == ("SourceUnreachable", False)


def test_an_address_that_cannot_be_read_says_what_to_do(ask: Any) -> None:
    assert "percent-encode what is special" in refused(ask, "SELECT 1", f"postgresql://a:{MARKER} b@@h:5x/d")
    assert not list(Path.cwd().glob(f"{MARKER}*"))
