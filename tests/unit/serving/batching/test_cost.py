"""a*n + b, learnt from what ran."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.batching import Cost


@given(st.floats(1e-6, 1e-2), st.floats(0, 1e-3))
def test_runs_of_two_sizes_tell_what_a_batch_and_a_row_cost(fixed: float, per_row: float):
    cost = Cost()
    for rows in (1, 32) * 50:
        cost.learn(rows, fixed + per_row * rows)
    assert cost.seconds(16) == pytest.approx(fixed + per_row * 16, rel=0.02)
    assert cost.fixed == pytest.approx(fixed, rel=0.05, abs=0.02 * per_row * 32)


def test_before_the_first_run_nothing_is_known():
    cost = Cost()
    assert (cost.known, cost.seconds(8), cost.rows_worth()) == (False, 0.0, inf)


def test_a_calibration_counts_until_runs_say_otherwise():
    cost = Cost(0.001, 0.0001)
    assert cost.seconds(10) == pytest.approx(0.002)
    for _ in range(1000):
        cost.learn(1, 0.003)
        cost.learn(40, 0.006)
    assert cost.seconds(1) == pytest.approx(0.003, rel=0.05)


def test_one_preempted_run_makes_no_slow_model():
    cost = Cost(1e-5, 1e-7)
    cost.learn(1, 2.0)
    assert cost.seconds(1) < 2e-5


def test_what_is_long_again_is_believed():
    cost = Cost(1e-5, 1e-7)
    cost.learn(1, 2.0)
    cost.learn(1, 2.0)
    assert cost.seconds(1) > 0.05
    for _ in range(200):
        cost.learn(1, 2.0)
    assert cost.seconds(1) == pytest.approx(2.0, rel=0.2)


def test_a_row_beyond_all_that_were_seen_may_cost_what_it_costs_alone():
    cost = Cost(0.001, 0.0001, rows=10)
    assert cost.at_most(10) == pytest.approx(0.002)
    assert cost.at_most(100) == pytest.approx(0.020)
    cost.learn(100, 0.011)
    assert cost.at_most(100) == pytest.approx(0.011, rel=0.1)
    assert Cost().at_most(1) == inf


def test_rows_are_worth_adding_while_they_share_a_fixed_cost():
    assert Cost(0.2e-3, 1e-6).rows_worth() == pytest.approx(4000)
    assert Cost(0.0, 0.08).rows_worth() < 1
    assert Cost(1e-6, 1e-6).rows_worth() == pytest.approx(499)  # short enough to delay nobody


@given(st.integers(1, 8), st.floats(0, 0.01), st.floats(0, 0.01), st.floats(0, 0.001))
def test_waiting_pays_when_the_sum_of_latencies_says_so(tasks: int, gap: float, fixed: float, per_row: float):
    def c(n: int) -> float:
        return fixed + per_row * n

    if gap > c(tasks):  # apart, the one to come would not even have to wait
        return
    apart = tasks * c(tasks) + c(tasks) - gap + c(1)
    together = tasks * (gap + c(tasks + 1)) + c(tasks + 1)
    if abs(apart - together) > 1e-9:
        assert Cost(fixed, per_row).waiting_pays(tasks, gap) == (together < apart)
