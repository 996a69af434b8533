from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.statistics.binomial import binomial_interval


@pytest.mark.parametrize("weight", [1, 5, 25, 50, 95])
@pytest.mark.parametrize("requests", [20, 500, 5000])
def test_traffic_that_is_sent_right_is_found_right(weight: int, requests: int) -> None:
    low, high = binomial_interval(weight, requests)
    draw = Random(weight * requests)
    shares = [sum(draw.random() < weight / 100 for _ in range(requests)) / requests for _ in range(100)]
    assert sum(low <= share <= high for share in shares) >= 98


@pytest.mark.parametrize(("weight", "share"), [(25, 0.0), (25, 0.5), (5, 0.0), (5, 1.0), (100, 0.5), (0, 0.5)])
def test_traffic_that_goes_elsewhere_is_seen(weight: int, share: float) -> None:
    low, high = binomial_interval(weight, 1000)
    assert not low <= share <= high


@given(st.integers(0, 100), st.integers(0, 10**7))
def test_the_intended_share_itself_always_fits(weight: int, requests: int) -> None:
    low, high = binomial_interval(weight, requests)
    assert 0 <= low <= weight / 100 <= high <= 1
