from datetime import timedelta

import pytest

from colonnade.formatting import duration, milliseconds, number, percent, reads_alike, requests


@pytest.mark.parametrize(
    ("fraction", "said"),
    [(0, "0 %"), (0.01, "1 %"), (0.031, "3.1 %"), (0.0002, "0.02 %"), (0.5, "50 %"), (1, "100 %"), (0.1254, "13 %")],
)
def test_shares_are_read_as_percent(fraction: float, said: str) -> None:
    assert percent(fraction) == said


def test_numbers_have_the_digits_that_matter() -> None:
    assert [number(value) for value in (1204, 0.70491, 3.0, 1234567.5)] == ["1,204", "0.7049", "3", "1,234,568"]
    assert [milliseconds(value) for value in (0.05, 0.0005, 2.5)] == ["50 ms", "0.5 ms", "2.5 s"]
    assert [requests(total) for total in (1, 1204)] == ["1 request", "1,204 requests"]


def test_durations_have_their_two_largest_units() -> None:
    spans = [timedelta(seconds=0), timedelta(seconds=200), timedelta(days=1, hours=4, minutes=9), timedelta(hours=2)]
    assert [duration(span) for span in spans] == ["0 s", "3 min 20 s", "1 d 4 h", "2 h"]


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        ("1.0 % of 1,204 requests failed", "1.1 % of 1,391 requests failed", True),
        ("1.0 % of 1,204 requests failed", "1.3 % of 1,204 requests failed", False),
        ("0 % of 120 requests failed", "0 % of 180 requests failed", False),
        ("orders-10 has 5 pods", "orders-11 has 5 pods", False),
        ("1 min at 25 %, until 12:01:43 UTC", "1 min at 25 %, until 12:01:44 UTC", False),
        ("31.2 ms (limit 50 ms)", "33 ms (limit 50 ms)", True),
        ("connection refused", "timed out", False),
    ],
)
def test_a_report_is_news_where_a_person_would_read_something_else(before: str, after: str, alike: bool) -> None:
    assert reads_alike(before, after) == alike
