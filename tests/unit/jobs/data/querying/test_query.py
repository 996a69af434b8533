"""A table that SQL makes of other Datasets' versions."""

import pandas as pd
import pytest

from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.harness import Answer, Harness

FLIGHTS = pd.DataFrame({"flight": [1, 2, 3, 4], "origin": ["JFK", "LGA", "JFK", None], "delay": [5.5, 0.0, None, 9.25]})
WEATHER = pd.DataFrame({"origin": ["JFK", "LGA"], "temp": [39.02, 41.0], "user": ["a", "b"]})


@pytest.fixture
def upstream(harness: Harness) -> dict[str, str]:
    """The digests of two stored tables."""
    tables = {"flights": FLIGHTS, "weather-hourly": WEATHER}
    return {name: harness.dataset(table)["version"]["digest"] for name, table in tables.items()}


def query(harness: Harness, upstream: dict[str, str], statement: str, **spec: object) -> Answer:
    datasets = [{"name": "flights"}, {"name": "weather-hourly", "alias": "w"}]
    source = {"query": {"datasets": datasets, "statement": statement}}
    return harness.collect(
        {"namespace": "default", "name": "joined", "spec": {"source": source, **spec}, "upstream": upstream}
    )


def refused(harness: Harness, upstream: dict[str, str], statement: str) -> str:
    with pytest.raises(PermanentError) as error:
        query(harness, upstream, statement)
    assert error.value.reason == "InvalidQuery"
    return error.value.message


def test_a_join_has_the_rows_that_pandas_makes(harness, upstream):
    answer = query(harness, upstream, "SELECT f.*, w.temp FROM flights f LEFT JOIN w USING (origin) ORDER BY flight")
    expected = FLIGHTS.merge(WEATHER[["origin", "temp"]], on="origin", how="left")
    pd.testing.assert_frame_equal(harness.table(answer), expected, check_dtype=False)


def test_the_version_names_those_that_it_was_made_with(harness, upstream):
    version = query(harness, upstream, "SELECT * FROM flights")["version"]
    assert {each["dataset"]: each["digest"] for each in version["upstream"]} == upstream
    assert version["source"] == "the query over flights, weather-hourly"


def test_equal_rows_of_other_upstream_versions_are_another_version(harness, upstream):
    statement = "SELECT flight FROM flights"
    first = query(harness, upstream, statement)["version"]["digest"]
    later = harness.dataset(WEATHER.head(1))["version"]["digest"]
    assert query(harness, upstream, statement)["version"]["digest"] == first
    assert query(harness, {**upstream, "weather-hourly": later}, statement)["version"]["digest"] != first


def test_rows_that_the_statement_does_not_order_are_sorted(harness, upstream):
    answer = query(harness, upstream, "SELECT delay, flight FROM flights WHERE delay IS NOT NULL")
    assert list(harness.table(answer)["delay"]) == [0.0, 5.5, 9.25]


def test_rows_keep_the_order_that_the_statement_gives(harness, upstream):
    answer = query(harness, upstream, "SELECT flight FROM flights ORDER BY flight DESC -- latest first")
    assert list(harness.table(answer)["flight"]) == [4, 3, 2, 1]


def test_whole_sums_stay_whole(harness, upstream):
    answer = query(harness, upstream, "SELECT origin, sum(flight) AS n, count(*) AS m FROM flights GROUP BY ALL")
    frame = harness.table(answer)
    assert list(frame["n"]) == [4, 2, 4]
    assert str(frame["n"].dtype).lower() == "int64"


def test_windows_unnest_and_recursion_are_sql_too(harness, upstream):
    statement = """
        WITH RECURSIVE steps AS (SELECT 1 AS step UNION ALL SELECT step + 1 FROM steps WHERE step < 3)
        SELECT flight, step, avg(delay) OVER (PARTITION BY origin ORDER BY flight) AS running
        FROM flights, steps, unnest([1]) AS u(one), range(1)"""
    assert query(harness, upstream, statement)["version"]["rows"] == 12


def test_a_column_called_like_a_value_of_the_session_is_named_with_its_table(harness, upstream):
    assert list(harness.table(query(harness, upstream, "SELECT w.user FROM w"))["user"]) == ["a", "b"]
    assert "where a column is meant, write its table's name before it" in refused(
        harness, upstream, "SELECT user FROM w"
    )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT 1; SELECT 2", "it holds 2 statements; write one SELECT"),
        ("COPY flights TO 'out.csv'", "it is no SELECT"),
        ("ATTACH 'other.db'", "it is no SELECT"),
        ("PRAGMA version", "it is no SELECT"),
        ("SET threads = 8", "it is no SELECT"),
        ("INSTALL httpfs", "it is no SELECT"),
        ("CREATE TABLE t AS SELECT 1", "it is no SELECT"),
        ("DELETE FROM flights", "it is no SELECT"),
        ("EXPLAIN SELECT 1", "it is no SELECT"),
        ("SHOW TABLES", "it asks the database about itself"),
        ("DESCRIBE flights", "it asks the database about itself"),
        ("SUMMARIZE flights", "it asks the database about itself"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv() may not be read from"),
        ("SELECT * FROM read_text('/etc/passwd')", "read_text() may not be read from"),
        ("SELECT * FROM read_blob('/etc/passwd')", "read_blob() may not be read from"),
        ("SELECT * FROM glob('/*')", "glob() may not be read from"),
        ("SELECT * FROM parquet_metadata('/x')", "parquet_metadata() may not be read from"),
        ("SELECT * FROM query('SELECT 1')", "query() may not be read from"),
        ("SELECT * FROM query_table('flights')", "query_table() may not be read from"),
        ("SELECT * FROM duckdb_settings()", "duckdb_settings() may not be read from"),
        ("SELECT * FROM '/etc/passwd'", "there is no table /etc/passwd"),
        ("SELECT * FROM 'https://example.invalid/x.parquet'", "there is no table https://example.invalid/x.parquet"),
        ("SELECT * FROM information_schema.tables", "there is no table information_schema.tables"),
        ("SELECT * FROM sqlite_master", "there is no table sqlite_master"),
        ("WITH duckdb_tables AS (SELECT 1) SELECT * FROM duckdb_tables", "hides a view of DuckDB's own"),
        ("SELECT (SELECT max(n) FROM pg_class) FROM flights", "there is no table pg_class"),
        ("SELECT random() FROM flights", "random() tells of the moment, of chance"),
        ("SELECT uuid() FROM flights", "uuid() tells of the moment, of chance"),
        ("SELECT gen_random_uuid() FROM flights", "gen_random_uuid() tells of the moment"),
        ("SELECT now() FROM flights", "now() tells of the moment"),
        ("SELECT today() FROM flights", "today() tells of the moment"),
        ("SELECT current_date FROM flights", "current_date differs each time"),
        ("SELECT current_timestamp FROM flights", "current_timestamp differs each time"),
        ("SELECT localtimestamp FROM flights", "localtimestamp differs each time"),
        ("SELECT ago(INTERVAL 1 DAY) FROM flights", "ago() tells of the moment"),
        ("SELECT age(TIMESTAMP '2020-01-01') FROM flights", "age() tells of the moment"),
        ("SELECT current_setting('threads') FROM flights", "current_setting() tells of the moment"),
        ("SELECT nextval('s') FROM flights", "nextval() tells of the moment"),
        ("SELECT reservoir_quantile(delay, 0.5) FROM flights", "reservoir_quantile() tells of the moment"),
        ("SELECT * FROM flights TABLESAMPLE 10%", "a sample differs each time"),
        ("SELECT * FROM flights USING SAMPLE 2", "a sample differs each time"),
        ("SELECT $1 FROM flights", "a parameter has no value here"),
        ("SELECT user FROM flights", "user differs each time"),
        ("SELECT list(flight) AS l FROM flights", "column l is a BIGINT[], and a column holds one value a row"),
        ("SELECT {'a': 1} AS s FROM flights", "column s is a STRUCT"),
        ("SELECT 'x'::BLOB AS b FROM flights", "column b is a BLOB, which no version can hold"),
    ],
)
def test_what_a_query_may_not_say(harness, upstream, statement, words):
    assert words in refused(harness, upstream, statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT flight\nFORM flights", "statement, line 2, column 6: syntax error at or near"),
        ("SELECT dely FROM flights", 'statement, line 1, column 8: Referenced column "dely" not found'),
        (
            "SELECT 'ü',\n  sqr(delay) FROM flights",
            "statement, line 2, column 3: Scalar Function with name sqr does not",
        ),
        ("SELECT * FROM fligths", "line 1, column 15: there is no table fligths; did you mean flights?"),
        ("SELECT 1,\n random()", "statement, line 2, column 2: random()"),
    ],
)
def test_an_error_says_where_and_what_may_have_been_meant(harness, upstream, statement, words):
    assert words in refused(harness, upstream, statement)


def test_duckdbs_hint_is_told(harness, upstream):
    assert 'Candidate bindings: "delay"' in refused(harness, upstream, "SELECT dely FROM flights")


def test_an_error_at_run_time_shows_no_value_of_a_row(harness, upstream):
    said = refused(harness, upstream, "SELECT CAST(origin AS INTEGER) AS n FROM flights")
    assert "Could not convert string '…' to INT32" in said
    assert "JFK" not in said
    assert "925" not in refused(harness, upstream, "SELECT CAST(delay * 1e30 AS INTEGER) AS n FROM flights")


def test_a_row_that_is_found_wrong_late_is_no_fault_of_the_disk(harness, upstream):
    said = refused(
        harness,
        upstream,
        "SELECT CAST(CASE WHEN i = 200000 THEN 'secret' || i ELSE '1' END AS INTEGER) AS n FROM range(300000) r(i) "
        "ORDER BY 1 + 0",
    )
    assert "Could not convert string '…' to INT32" in said


def test_an_upstream_version_that_was_changed_is_not_read(harness, upstream):
    path = harness.folder / "store" / "default" / "datasets" / upstream["flights"][7:] / "data.parquet"
    found = path if path.exists() else next(harness.folder.rglob(f"{upstream['flights'][7:]}/data.parquet"))
    WEATHER.to_parquet(found)
    with pytest.raises(PermanentError, match="the rows of flights are not those of sha256:"):
        query(harness, upstream, "SELECT * FROM flights")


def test_a_version_that_nobody_named_is_asked_for(harness, upstream):
    with pytest.raises(PermanentError, match="no version of weather-hourly was named"):
        query(harness, {"flights": upstream["flights"]}, "SELECT * FROM flights")


def test_no_rows_are_said_to_be_none_of_the_query(harness, upstream):
    assert query(harness, upstream, "SELECT * FROM flights WHERE flight > 9")["message"] == (
        "the query over flights, weather-hourly holds no rows"
    )
