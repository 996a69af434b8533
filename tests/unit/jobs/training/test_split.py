"""Held-out rows: how many, which, and always the same."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from colonnade_api.datasets.split import Split
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.rows.split import by_time, held_out


@given(sizes=st.lists(st.integers(1, 60), min_size=2, max_size=5), seed=st.integers(0, 99), test=st.floats(0.1, 0.5))
def test_each_class_keeps_its_share_to_within_one_row(sizes: list[int], seed: int, test: float) -> None:
    assume(max(sizes) >= 10)
    classes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    mask = held_out(len(classes), Split(test=test, stratify_by="y", seed=seed), {"y": classes})
    for k, size in enumerate(sizes):
        assert abs(mask[classes == k].sum() - test * size) <= 0.5


def test_the_same_seed_draws_the_same_rows_and_another_others() -> None:
    first, again, other = (held_out(1000, Split(seed=seed), {}) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert first.sum() == 200


def test_by_time_the_latest_are_held_out() -> None:
    times = np.array([5.0, 1.0, np.nan, 4.0, 2.0, 3.0])
    mask = held_out(6, Split(test=0.34, time_column="t"), {"t": times})
    assert np.flatnonzero(mask).tolist() == [0, 3]


def test_rows_without_a_time_are_learnt_from_and_come_first() -> None:
    times = np.array([np.nan, 1.0, np.nan, 4.0, 2.0, np.nan])
    assert np.flatnonzero(held_out(6, Split(test=0.5, time_column="t"), {"t": times})).tolist() == [3, 4]
    assert by_time(times).tolist() == [0, 2, 5, 1, 4, 3]
    with pytest.raises(PermanentError, match=r"spec\.split\.timeColumn: no row has a t"):
        held_out(2, Split(time_column="t"), {"t": np.array([np.nan, np.nan])})


def test_too_few_rows_are_said_to_be() -> None:
    with pytest.raises(PermanentError, match="2 rows are too few to hold out 20 % of them"):
        held_out(2, Split(), {})


def test_a_class_may_be_missing() -> None:
    classes = np.array(["a", None, "b", "a", None, "b"] * 10, dtype=object)
    assert held_out(60, Split(test=0.5, stratify_by="y"), {"y": classes}).sum() == 30
