from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.plan.dataset.schedule import parse

NOON = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("text", "last", "following"),
    [
        ("@hourly", "2026-11-23T12:00", "2026-11-23T13:00"),
        ("@daily", "2026-11-23T00:00", "2026-11-24T00:00"),
        ("@weekly", "2026-11-22T00:00", "2026-11-29T00:00"),
        ("@monthly", "2026-11-01T00:00", "2026-12-01T00:00"),
        ("*/15 * * * *", "2026-11-23T12:00", "2026-11-23T12:15"),
        ("5/20 * * * *", "2026-11-23T11:45", "2026-11-23T12:05"),
        ("30 4 1,15 * 5", "2026-11-20T04:30", "2026-11-27T04:30"),
        ("0 9-17/4 * jan-nov mon-fri", "2026-11-23T09:00", "2026-11-23T13:00"),
        ("0 0 29 2 *", "2024-02-29T00:00", "2028-02-29T00:00"),
        ("0 0 * * 7", "2026-11-22T00:00", "2026-11-29T00:00"),
    ],
)
def test_ticks_are_those_of_crontab(text: str, last: str, following: str) -> None:
    schedule = parse(text)
    assert schedule.last(NOON) == datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert schedule.next(NOON) == datetime.fromisoformat(following).replace(tzinfo=UTC)


def test_a_day_that_never_comes_has_no_tick() -> None:
    assert parse("0 0 31 2 *").next(NOON) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("soon", "five fields"),
        ("61 * * * *", "minute .* 0 to 59"),
        ("* 5-2 * * *", "hour"),
        ("* * * * */0", "weekday"),
        ("* * x * *", "day"),
    ],
)
def test_a_wrong_field_is_named(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse(text)


@given(
    st.sampled_from(["@hourly", "@daily", "*/7 3-5 * * *", "0 12 * * 1-5", "15 10 13 * *"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
)
def test_the_tick_after_the_last_one_lies_ahead(text: str, now: datetime) -> None:
    schedule = parse(text)
    last, following = schedule.last(now), schedule.next(now)
    assert last is not None
    assert following is not None
    assert last <= now < following
    assert schedule.next(last) == following
    assert schedule.last(following - timedelta(seconds=1)) == last
