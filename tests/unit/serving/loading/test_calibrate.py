import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.loading import Calibration, Source, load
from colonnade_serving.loading.calibrate import SECONDS, calibrate, fit

ROWS = {"X": np.arange(6, dtype=np.float32).reshape(2, 3)}
seconds = st.floats(1e-7, 1e-1)


@given(seconds, seconds)
def test_what_lies_on_a_line_is_found_again(fixed: float, per_row: float):
    found = fit({n: fixed + per_row * n for n in (1, 2, 4, 8, 16, 32, 64)})
    assert found == pytest.approx((fixed, per_row), rel=1e-6, abs=1e-12)


@given(st.dictionaries(st.integers(1, 1024), seconds, min_size=1))
def test_nothing_costs_less_than_nothing(measured: dict[int, float]):
    assert min(fit(measured)) >= 0.0


def test_batches_that_get_cheaper_have_no_price_a_row():
    assert fit({1: 2e-3, 64: 1e-3})[1] == 0.0


def test_one_size_promises_nothing_of_larger_ones():
    assert fit({1: 0.5}) == (0.0, 0.5)


def test_each_power_of_two_up_to_the_largest_batch_is_run_and_rows_are_taken_in_turn():
    seen: list[np.ndarray] = []

    def infer(inputs: Mapping[str, np.ndarray]) -> None:
        seen.append(inputs["X"])

    calibration = calibrate(infer, ROWS, ["X"], 8)
    assert list(calibration.measured) == [1, 2, 4, 8]
    assert calibration.rows == 8
    np.testing.assert_array_equal(seen[-1], np.tile(ROWS["X"], (4, 1)))


def test_an_input_whose_size_is_fixed_is_left_as_it_is():
    calibration = calibrate(lambda inputs: inputs["X"].shape, ROWS, [], 64)
    assert list(calibration.measured) == [1]


def test_a_slow_model_is_measured_by_fewer_batches():
    runs: list[int] = []

    def infer(inputs: Mapping[str, np.ndarray]) -> None:
        runs.append(len(inputs["X"]))
        time.sleep(SECONDS / 3 * len(inputs["X"]))

    assert list(calibrate(infer, ROWS, ["X"], 64).measured) == [1]
    assert runs == [1, 1]


def test_the_safe_rate_leaves_a_fifth_of_the_time_free():
    assert Calibration(fixed=0.006, per_row=0.001, rows=4).safe_rows_per_second == pytest.approx(0.8 * 4 / 0.010)


def test_a_model_that_is_loaded_knows_its_price(logistic: Path, bundle: tuple[Path, str], tmp_path: Path):
    for address in (logistic, bundle[0]):
        measured = load(Source(str(address)), tmp_path).calibration
        assert measured is not None
        assert 1 in measured.measured
        assert measured.safe_rows_per_second > 0


def test_a_model_that_refuses_made_up_inputs_has_none(late_flights: Path, tmp_path: Path):
    assert load(Source(str(late_flights)), tmp_path).calibration is None
