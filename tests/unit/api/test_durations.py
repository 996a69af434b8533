from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_api import format_duration, parse_duration
from colonnade_api.durations import MAX_LENGTH


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("250ms", timedelta(milliseconds=250)),
        ("0ms", timedelta()),
        ("30s", timedelta(seconds=30)),
        ("1m", timedelta(minutes=1)),
        ("1h30m", timedelta(minutes=90)),
        ("24h", timedelta(days=1)),
        ("365d", timedelta(days=365)),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, meant: timedelta) -> None:
    assert parse_duration(text) == meant


@pytest.mark.parametrize("text", ["", "10", "1.5h", "-1s", "a minute", "1m ", "1M", "1m\n", "1" * MAX_LENGTH + "s"])
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="such as 250ms, 30s, 10m, 24h"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**9).map(lambda ms: timedelta(milliseconds=ms)))
def test_what_is_written_reads_the_same(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=365)))
def test_what_is_written_fits_the_schema(duration: timedelta) -> None:
    assert len(format_duration(duration)) <= MAX_LENGTH
