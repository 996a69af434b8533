"""The population stability index: its formula, empty bins, and what chance alone makes of it."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from colonnade.statistics import stability
from colonnade.statistics.stability import FEWEST_EXPECTED
from colonnade_jobs.population_stability import stability_index


def by_formula(before: list[int], after: list[int]) -> float:
    """In plain numpy, half a row in an empty bin."""
    p, q = (np.maximum(rows, 0.5) / sum(rows) for rows in (np.array(before), np.array(after)))
    return float(((q - p) * np.log(q / p)).sum())


@pytest.mark.parametrize(("before", "after"), [([400, 600], [500, 500]), ([10, 0], [8, 2]), ([3, 4, 5], [0, 0, 9])])
def test_the_index_is_that_of_plain_numpy(before: list[int], after: list[int]) -> None:
    assert stability_index(before, after)[0] == pytest.approx(by_formula(before, after), abs=1e-12)


ENOUGH = st.lists(st.tuples(st.integers(20, 10**6), st.integers(20, 10**6)), min_size=2, max_size=30)


@given(ENOUGH)
def test_the_operator_says_the_same_of_the_same_counts(pairs: list[tuple[int, int]]) -> None:
    """Where no bin holds so little that its signals would merge it."""
    before, after = [was for was, _ in pairs], [now for _, now in pairs]
    assume(min(map(sum, pairs)) * min(sum(before), sum(after)) / (sum(before) + sum(after)) >= FEWEST_EXPECTED)
    there = stability.stability_index(before, after)
    index, p = stability_index(before, after)
    assert index == pytest.approx(by_formula(before, after), rel=1e-9, abs=1e-12)
    assert (index, p) == pytest.approx((there.index, there.p_value), rel=1e-6, abs=1e-12)


def test_counts_of_the_same_shares_have_not_moved() -> None:
    assert stability_index([10, 20], [10, 20]) == (0.0, 1.0)


def test_a_bin_that_is_empty_in_both_is_none() -> None:
    assert stability_index([10, 0, 5], [8, 0, 7]) == stability_index([10, 5], [8, 7])


def test_bins_that_dont_pair_up_are_refused() -> None:
    with pytest.raises(ValueError, match="2 and 1 bins"):
        stability_index([1, 2], [3])


@pytest.mark.parametrize(("n", "m"), [(400, 900), (100, 100), (60, 5000), (50, 50)])
def test_under_no_drift_as_many_alarms_are_false_as_the_p_value_says(n: int, m: int) -> None:
    random = np.random.default_rng(8)
    shares = np.full(10, 0.1)
    found = [
        stability_index(random.multinomial(n, shares).tolist(), random.multinomial(m, shares).tolist())[1]
        for _ in range(2000)
    ]
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.045, abs=0.015)
