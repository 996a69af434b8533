"""The quick ways to cast a text give what the patterns of the notations say, for whatever text."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade_api.datasets.columns import ColumnRule
from colonnade_jobs.data.columns import Field
from colonnade_jobs.data.reading import casting
from colonnade_jobs.data.reading.dates import ISO
from colonnade_jobs.data.reading.numbers import PLAIN
from colonnade_jobs.data.tables.sql import literal

NUMBERISH = st.text("0123456789+-.eE_ \t\v\n,xinfaNd", max_size=10)
NUMBERS = st.one_of(st.integers(-(2**70), 2**70).map(str), st.floats().map(str), NUMBERISH)
DATEISH = st.one_of(
    st.text("0123456789-T:Z /+", max_size=21),
    st.datetimes().map(str),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds") + "Z"),
    st.from_regex(r"-?[0-9]{2,5}-[0-9]{1,3}-[0-9]{1,2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}Z?)?", fullmatch=True),
    st.sampled_from(["-044-03-15", "-100-01-01T00:00:00Z", "infinity", "epoch", "0044-03-15 (BC) 00:00:00"]),
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def differing(connection: duckdb.DuckDBPyConnection, texts: list[str], quick: str, slow: str) -> list[str]:
    """Texts v for which two SQL expressions differ."""
    query = f"SELECT v FROM (SELECT unnest(?::VARCHAR[]) AS v) WHERE ({quick}) IS DISTINCT FROM ({slow})"
    return [text for (text,) in connection.execute(query, [texts]).fetchall()]


@settings(deadline=None)
@given(texts=st.lists(NUMBERS, min_size=20, max_size=200))
def test_a_number_is_cast_as_its_pattern_says(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    by_pattern = f"TRY_CAST({PLAIN.plain('v')} AS DOUBLE)"
    slow = f"CASE WHEN isfinite({by_pattern}) THEN {by_pattern} END"
    assert differing(connection, texts, PLAIN.number("v"), slow) == []


@settings(deadline=None)
@given(texts=st.lists(NUMBERS, min_size=20, max_size=200))
def test_a_whole_number_is_cast_as_its_pattern_says(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    field = Field(ColumnRule(name="v", type="integer"), "v", "VARCHAR")
    plain = PLAIN.plain("nullif(v, '')")
    digits = f"TRY_CAST(split_part({plain}, '.', 1) AS BIGINT)"
    whole = f"CASE WHEN TRY_CAST({plain} AS BIGINT) = TRY_CAST({plain} AS DOUBLE) THEN TRY_CAST({plain} AS BIGINT) END"
    slow = (
        f"CASE WHEN regexp_full_match({plain}, {literal(casting.WHOLE)}) THEN {digits} "
        f"WHEN contains(lower({plain}), 'e') THEN {whole} END"
    )
    assert differing(connection, texts, casting.typed(field, trim=False), slow) == []


@settings(deadline=None)
@given(texts=st.lists(DATEISH, min_size=20, max_size=200))
def test_a_date_is_cast_as_its_pattern_says(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    moment = "TRY_CAST(v AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    slow = f"CASE WHEN regexp_full_match(v, {literal(ISO.pattern)}) THEN {moment} END"
    assert differing(connection, texts, ISO.timestamp("v"), slow) == []


@settings(deadline=None)
@given(texts=st.lists(st.text("trueyfalsn10o TF", max_size=5), min_size=20, max_size=100))
def test_a_boolean_is_one_of_twelve_words(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    field = Field(ColumnRule(name="v", type="boolean"), "v", "VARCHAR")
    word = "lower(trim(v))"
    slow = f"CASE WHEN {word} IN {casting.TRUE} THEN true WHEN {word} IN {casting.FALSE} THEN false END"
    assert differing(connection, texts, casting.typed(field, trim=False), slow) == []
