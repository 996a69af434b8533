"""A dataset Job on a real PostgreSQL; no cluster: what differs there is only how the Secret gets to its file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError, TransientError
from tests.postgresql import Postgresql, postgresql
from tests.story import Story, reported
from tests.unit.jobs.harness import Answer, Harness

TYPES = """
CREATE TABLE sold (
  id bigint, price numeric(12, 2), at timestamptz, day date, clock time, code uuid, extra jsonb, ok boolean,
  ratio float8, note text, kind mood
);
INSERT INTO sold VALUES
  (2, 10.25, '2026-01-31 23:30:00-05', '2026-02-28', '10:00', '00000000-0000-0000-0000-00000000000a', '{"a": 1}',
   true, 'NaN', 'é ''x''', 'glad'),
  (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.1, NULL, NULL),
  (9007199254740993, -0.01, '2026-06-01 12:00:00+00', '0001-01-01', '23:59:59', NULL, '[]', false, 1e-300, '', 'sad');
"""


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """These tests bring all that they need; the cluster that the other end-to-end tests ask for isn't among it."""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgresql]:
    with postgresql() as running:
        running.run("CREATE TYPE mood AS ENUM ('sad', 'glad');" + TYPES)
        yield running


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


@pytest.fixture
def ask(server: Postgresql, harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Any:
    def asked(statement: str, uri: str = server.uri) -> Answer:
        (harness.folder / "uri").write_text(uri)
        monkeypatch.setenv("COLONNADE_SOURCE_CONNECTION_FILE", str(harness.folder / "uri"))
        sql = {"connectionSecretRef": {"name": "shop", "key": "uri"}, "statement": statement}
        return harness.collect({"namespace": "default", "name": "rows", "spec": {"source": {"sql": sql}}})

    return asked


def refused(ask: Any, *arguments: str) -> tuple[str, str]:
    with pytest.raises((PermanentError, TransientError)) as error:
        ask(*arguments)
    found = error.value
    assert isinstance(found, PermanentError | TransientError)
    return found.reason, found.message


def test_every_value_arrives_as_it_is(ask: Any, harness: Harness) -> None:
    table = harness.table(ask("SELECT * FROM sold"))
    assert list(table["id"]) == [1, 2, 9007199254740993]
    assert table["price"].tolist()[1:] == [10.25, -0.01]
    assert table["at"][1] == pd.Timestamp("2026-02-01 04:30:00")
    assert table["clock"].tolist()[1:] == ["10:00:00", "23:59:59"]
    assert table["code"][1] == "00000000-0000-0000-0000-00000000000a"
    assert [json.loads(each) for each in table["extra"][1:]] == [{"a": 1}, []]
    assert (table["note"][1], table["kind"][1]) == ("é 'x'", "glad")
    assert np.isnan(table["ratio"][1])
    assert table["ratio"][2] == 1e-300


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT 12345678901234567.5::numeric AS n", "column n holds a numeric of more than 15 digits"),
        ("SELECT 'infinity'::date AS d", "column d holds infinity"),
        ("SELECT '-infinity'::timestamptz AS d", "column d holds infinity"),
        ("SELECT ARRAY[1, 2] AS a", "column a is of type int4[], which no version can hold; write a::text"),
        (r"SELECT '\x00'::bytea AS b", "column b is of type bytea, which no version can hold; write encode(b, 'hex')"),
        ("SELECT 12.5::money AS m", "column m is of type money, which no version can hold; write m::numeric"),
        ("SELECT interval '1 day' AS i", "column i is of type interval"),
        ("SELECT '10.0.0.1'::inet AS i", "column i is of type inet"),
        ("SELECT id\nFROM slod", 'statement, line 2: relation "slod" does not exist'),
        ("SELECT 1; SELECT 2", "cannot insert multiple commands"),
        ("WITH gone AS (DELETE FROM sold RETURNING *) SELECT * FROM gone", "it writes, and a source is only read"),
        ("SELECT note::integer AS n FROM sold", "invalid input syntax for type integer: …"),
    ],
)
def test_what_cannot_be_kept_or_read_is_refused_by_name(ask: Any, statement: str, words: str) -> None:
    reason, message = refused(ask, statement)
    assert reason == "InvalidQuery"
    assert words in message


def test_zeros_at_the_ends_of_a_numeric_are_no_digits_of_it(ask: Any, harness: Harness) -> None:
    quotients = "79.19::numeric(30, 20) AS a, 7919::numeric / 100 AS b, 1e30::numeric AS c, -0.00::numeric(30, 20) AS d"
    table = harness.table(ask(f"SELECT {quotients}, 123456789012345e-20::numeric AS e"))
    assert table.iloc[0].tolist() == [79.19, 79.19, 1e30, 0.0, 123456789012345e-20]


def test_rows_that_no_one_may_read_are_said_to_be(ask: Any, server: Postgresql) -> None:
    reason, message = refused(ask, "SELECT * FROM sold", server.reader)
    assert (reason, "permission denied for table sold" in message) == ("SourceNotReadable", True)


def test_each_way_in_which_there_is_no_connection_has_its_words(ask: Any, server: Postgresql) -> None:
    wrong, nowhere = server.uri.replace(server.password, f"{server.password}-x"), "127.0.0.1:1"
    tried = {
        wrong: "SourceNotReadable",
        server.uri.replace("/postgres", "/nodb"): "SourceNotFound",
        server.uri.replace(f"127.0.0.1:{server.port}", nowhere): "SourceUnreachable",
        f"{server.uri}?sslmode=require": "SourceNotReadable",
        server.uri.replace(f":{server.port}/", ":55x/"): "InvalidSpec",
    }
    for uri, expected in tried.items():
        reason, message = refused(ask, "SELECT 1", uri)
        assert reason == expected, message
        assert server.password not in message
        assert str(server.port) not in message


def test_a_server_that_goes_away_midway_is_asked_again(ask: Any) -> None:
    reason, message = refused(ask, "SELECT pg_terminate_backend(pg_backend_pid()) FROM generate_series(1, 10)")
    assert reason == "SourceUnreachable"
    assert message == "the database of Secret shop went away before its last row"


def test_the_password_is_in_no_log_answer_or_file_of_the_store(
    ask: Any, server: Postgresql, harness: Harness, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = ask("SELECT id, price FROM sold")
    refused(ask, "SELECT x FROM sold")
    said = capfd.readouterr()
    written = b"".join(path.read_bytes() for path in (harness.folder / "store").rglob("*") if path.is_file())
    for text in (said.out, said.err, json.dumps(answer), written.decode(errors="replace")):
        assert server.password not in text
        assert f":{server.port}" not in text


def test_sums_over_a_million_rows_are_those_of_pandas(ask: Any, harness: Harness) -> None:
    answer = ask("SELECT n % 1000 AS key, sum(n::float8 / 7) AS total FROM generate_series(1, 1000000) n GROUP BY 1")
    numbers = pd.Series(np.arange(1, 1_000_001))
    expected = (numbers / 7).groupby(numbers % 1000).sum()
    np.testing.assert_allclose(harness.table(answer)["total"], expected, rtol=1e-12)


STORY = Story("postgresql")


@pytest.fixture
def shop(server: Postgresql) -> Iterator[str]:
    """The address of the story's database, made as its manifests make it."""
    secret = STORY.manifest("Secret", "shop-database")["stringData"]
    server.run(f"CREATE ROLE shop LOGIN PASSWORD '{secret['password']}'")
    server.run("CREATE DATABASE shop OWNER shop")
    uri = server.of("shop", secret["password"], "shop")
    server.run(STORY.manifest("ConfigMap", "shop-database")["data"]["orders.sql"], uri)
    yield uri
    server.run("DROP DATABASE shop WITH (FORCE)")
    server.run("DROP ROLE shop")


def test_the_page_shows_what_the_storys_manifests_make(
    harness: Harness, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (harness.folder / "uri").write_text(shop)
    monkeypatch.setenv("COLONNADE_SOURCE_CONNECTION_FILE", str(harness.folder / "uri"))
    spec = STORY.spec("orders")
    answer = harness.collect({"namespace": "default", "name": "orders", "spec": spec})
    assert STORY.shown == [reported(harness, answer, "orders")]
    assert STORY.specs == [{key: spec[key] for key in ("source", "schema")}]
    n = np.arange(1, 20_001)
    customer = 1 + n * 31 % 500
    kept = (n % 20 != 0) & (customer % 250 != 7)
    found = harness.table(answer)
    assert found["id"].tolist() == n[kept].tolist()
    assert found["country"].tolist() == np.array(["AT", "CH", "DE"])[customer[kept] % 3].tolist()
    np.testing.assert_allclose(found["price"], (n * 7919 % 10_000)[kept] / 100, rtol=1e-15)
    assert found["ordered_at"].iloc[0] == pd.Timestamp("2026-01-01 00:07:00")
