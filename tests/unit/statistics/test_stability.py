"""How far counts have moved, and by how much chance moves them."""

from math import isfinite, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from colonnade.statistics.stability import chi_square_above, holm, merged, stability_index

COUNTS = st.integers(0, 10**7)
PAIRS = st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=64).filter(
    lambda pairs: all(map(sum, zip(*pairs, strict=True)))
)
P_VALUES = st.lists(st.floats(0, 1), max_size=40)


def sides(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [then for then, _ in pairs], [now for _, now in pairs]


@given(st.floats(0, 1e5), st.integers(1, 200))
def test_the_tail_of_chi_square_is_scipys(value: float, degrees: int) -> None:
    assert chi_square_above(value, degrees) == pytest.approx(stats.chi2.sf(value, degrees), rel=1e-9, abs=1e-300)


def test_the_index_is_the_sum_over_bins_of_what_moved_times_its_log_ratio() -> None:
    drift = stability_index([500, 300, 200], [40, 35, 25])
    shares = [(0.5, 0.4), (0.3, 0.35), (0.2, 0.25)]
    assert drift.index == pytest.approx(sum((now - then) * log(now / then) for then, now in shares))
    pearson = stats.chi2_contingency([[500, 300, 200], [40, 35, 25]], correction=False).pvalue
    assert drift.p_value == pytest.approx(max(pearson, stats.chi2.sf(drift.index / (1 / 1000 + 1 / 100), 2)))


@given(PAIRS)
def test_it_is_the_same_from_either_side(pairs: list[tuple[int, int]]) -> None:
    expected, actual = sides(pairs)
    there, back = stability_index(expected, actual), stability_index(actual, expected)
    assert (there.index, there.p_value) == pytest.approx((back.index, back.p_value))


@given(PAIRS, st.randoms())
def test_the_order_of_the_bins_says_nothing(pairs: list[tuple[int, int]], random: st.DataObject) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = stability_index(*sides(pairs)), stability_index(*sides(shuffled))
    assert (first.index, first.p_value) == pytest.approx((second.index, second.p_value))


@given(PAIRS)
def test_it_is_always_a_number_and_never_below_nothing(pairs: list[tuple[int, int]]) -> None:
    drift = stability_index(*sides(pairs))
    assert isfinite(drift.index)
    assert drift.index >= 0
    assert 0 <= drift.p_value <= 1


@given(st.lists(COUNTS, min_size=1, max_size=64).filter(any), st.integers(1, 100))
def test_what_is_alike_has_not_moved(counts: list[int], times: int) -> None:
    drift = stability_index(counts, [times * count for count in counts])
    assert drift.index == pytest.approx(0, abs=1e-12)
    assert drift.p_value == pytest.approx(1)


@given(PAIRS)
def test_merging_loses_no_row_and_is_done_once(pairs: list[tuple[int, int]]) -> None:
    bins = merged(*sides(pairs))
    assert tuple(map(sum, zip(*bins, strict=True))) == tuple(map(sum, zip(*pairs, strict=True)))
    assert sorted(merged(*sides(bins))) == sorted(bins)


def test_bins_that_hold_too_few_are_one() -> None:
    assert merged([900, 3, 4, 93], [800, 2, 0, 198]) == [(900, 800), (93, 198), (7, 2)]


def test_what_training_never_saw_is_seen_however_much_training_there_was() -> None:
    drift = stability_index([500_000, 500_000, 0], [400, 400, 200])
    assert drift.index > 1
    assert drift.p_value < 1e-9
    assert stability_index([10**6, 0], [0, 1000]).index > 5


@pytest.mark.parametrize(
    ("expected", "actual"), [([1, 2], [3]), ([0, 0], [1, 2]), ([1, 2], [0, 0]), ([], []), ([-1, 5], [1, 2])]
)
def test_what_can_not_be_compared_is_refused(expected: list[int], actual: list[int]) -> None:
    with pytest.raises(ValueError, match="no counts in the same bins"):
        stability_index(expected, actual)


@pytest.mark.parametrize("rows", [500, 5000])
@pytest.mark.parametrize("bins", [10, 50])
def test_by_chance_it_fails_as_often_as_it_says(rows: int, bins: int) -> None:
    draws = np.random.default_rng(7)
    shares = draws.dirichlet(np.full(bins, 5.0))
    p_values = np.array(
        [
            stability_index(
                draws.multinomial(20_000, shares).tolist(), draws.multinomial(rows, shares).tolist()
            ).p_value
            for _ in range(2000)
        ]
    )
    assert (p_values < 0.05).mean() < 0.07


@given(P_VALUES)
def test_holm_is_what_its_definition_says(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for level in (0.01, 0.05, 0.5):
        rejected = {place for place, p in enumerate(adjusted) if p <= level}
        by_hand = set()
        for rank, place in enumerate(np.argsort(p_values, kind="stable").tolist()):
            if min(1.0, p_values[place] * (len(p_values) - rank)) > level:
                break
            by_hand.add(place)
        assert rejected == by_hand


@given(P_VALUES)
def test_holm_never_makes_a_p_value_smaller(p_values: list[float]) -> None:
    assert all(before <= after <= 1 for before, after in zip(p_values, holm(p_values), strict=True))
