"""Metrics out of counts: scikit-learn's numbers, and intervals that hold them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from colonnade.statistics.intervals import difference, of_share, ratio
from colonnade.statistics.labelled import Errors, of_classes, of_errors

THEIRS = {"precision": sklearn.precision_score, "recall": sklearn.recall_score, "f1": sklearn.f1_score}
LABELS = st.integers(2, 4).flatmap(
    lambda classes: st.tuples(
        st.just([str(n) for n in range(classes)]),
        st.lists(st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1)), min_size=1, max_size=60),
    )
)


@given(LABELS, st.sampled_from(["accuracy", *THEIRS]))
def test_a_metric_is_scikit_learns_and_its_interval_holds_it(
    drawn: tuple[Sequence[str], list[tuple[int, int]]], metric: str
) -> None:
    names, pairs = drawn
    cells = Counter((names[told], names[true]) for told, true in pairs)
    found = of_classes(metric, cells, names)
    told, true = (list(map(str, side)) for side in zip(*pairs, strict=True))
    if metric == "accuracy":
        expected = sklearn.accuracy_score(true, told)
    elif len(names) == 2:
        expected = THEIRS[metric](true, told, labels=names, pos_label="1", average="binary", zero_division=0)
    else:
        there = sorted({*told, *true})
        expected = THEIRS[metric](true, told, labels=there, average="macro", zero_division=0)
    assert found.value == pytest.approx(expected)
    low, high = found.shown
    assert 0 <= low <= found.value + 1e-9
    assert found.value - 1e-9 <= high <= 1


@pytest.mark.parametrize("metric", ["accuracy", "precision", "recall", "f1"])
def test_an_interval_is_as_wide_as_draws_of_the_counts_are(metric: str) -> None:
    law = np.array([[500, 60, 20], [40, 300, 30], [10, 40, 200]])
    names = ["a", "b", "c"]

    def of(table: np.ndarray) -> Counter[tuple[str, str]]:
        return Counter({(names[i], names[j]): int(table[i, j]) for i in range(3) for j in range(3)})

    drawn = np.random.default_rng(1).multinomial(law.sum(), (law / law.sum()).ravel(), 2000).reshape(-1, 3, 3)
    spread = np.std([of_classes(metric, of(table), names).value for table in drawn])
    low, high = of_classes(metric, of(law), names).shown
    assert (high - low) / (2 * 1.96) == pytest.approx(spread, rel=0.06)


def test_what_was_never_wrong_may_be_wrong_yet() -> None:
    low, high = of_classes("f1", {("no", "no"): 50, ("yes", "yes"): 10}, ["no", "yes"]).shown
    assert 0.6 < low < 0.8
    assert high == pytest.approx(1)


def test_errors_are_those_of_the_rows_and_add_up() -> None:
    random = np.random.default_rng(2)
    truth, told = random.normal(size=(2, 400))

    def of(rows: slice) -> Errors:
        errors = np.abs(truth[rows] - told[rows])
        return Errors(len(errors), *(float((errors**power).sum()) for power in (1, 2, 4)))

    whole = of(slice(0, 150)) + of(slice(150, 400))
    mae, rmse = of_errors("mae", whole), of_errors("rmse", whole)
    assert mae.value == pytest.approx(sklearn.mean_absolute_error(truth, told))
    assert rmse.value == pytest.approx(sklearn.root_mean_squared_error(truth, told))
    for estimate in (mae, rmse):
        low, high = estimate.shown
        assert 0.8 * estimate.value < low < estimate.value < high < 1.2 * estimate.value


def test_one_row_tells_next_to_nothing() -> None:
    low, high = of_errors("rmse", Errors(1, 3.0, 9.0, 81.0)).shown
    assert low <= 3 <= high
    assert of_errors("mae", Errors(5, 0.0, 0.0, 0.0)).shown == (0.0, 0.0)


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0, 1), st.floats(0, 1))
def test_apart_is_the_same_seen_from_either_side(n: int, m: int, one: float, other: float) -> None:
    first, second = of_share(round(one * n) / n, n), of_share(round(other * m) / m, m)
    there, back = difference(first, second), difference(second, first)
    assert there.value == -back.value
    assert there.shown == pytest.approx(tuple(-end for end in reversed(back.shown)))
    low, high = ratio(round(one * n), n, round(other * m), m).shown
    turned = ratio(round(other * m), m, round(one * n), n).shown
    assert (low, high) == pytest.approx((1 / turned[1], 1 / turned[0]))
