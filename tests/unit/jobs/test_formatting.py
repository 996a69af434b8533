"""Numbers in messages, as people write them."""

import pytest

from colonnade_jobs.formatting import number, percent, rounded


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (1500.0, "1500"),
        (1234567.0, "1234567"),
        (-0.1, "-0.1"),
        (1e-5, "0.00001"),
        (1500000.5, "1500000.5"),
        (1e300, "1e+300"),
        (2.5e-9, "2.5e-09"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_is_said_in_full_where_that_is_readable(value: float, said: str) -> None:
    assert number(value) == said


def test_a_number_is_rounded_without_an_exponent() -> None:
    assert [rounded(123456.7), rounded(0.83124), rounded(1.25, 2), rounded(99.96, 3)] == [
        "123500",
        "0.8312",
        "1.2",
        "100",
    ]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1, "100 %"),
        (0.99999, "99.9 %"),
        (0.5, "50 %"),
        (0.01, "1 %"),
        (0.12345, "12.3 %"),
        (0, "0 %"),
        (1e-7, "0.00001 %"),
    ],
)
def test_only_all_is_a_hundred_percent(share: float, said: str) -> None:
    assert percent(share) == said
