"""Preprocessing of our own is right, and its ONNX gives the same bits."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.pipeline import Pipeline

from colonnade_jobs.training.export.graph import OPSET
from colonnade_jobs.training.transformers import DateParts, ImputeAndScale, LowerAscii
from colonnade_serving.engine import Engine

seconds = st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2199-12-31")).map(
    lambda t: pd.Timestamp(t).timestamp()
)


def served(step: Any, kind: Any, folder: Path, x: np.ndarray) -> np.ndarray:
    model = convert_sklearn(Pipeline([("step", step)]), "m", [("x", kind([None, x.shape[1]]))], target_opset=OPSET)
    onnx.save(model, folder / "m.onnx")
    return next(iter(Engine(folder / "m.onnx", 1).infer({"x": x}).values()))


@settings(deadline=None)
@given(times=st.lists(seconds, min_size=1, max_size=20))
def test_parts_of_dates_are_the_calendars(times: list[float]) -> None:
    found = DateParts().fit_transform(np.array(times).reshape(-1, 1))
    dates = pd.to_datetime(times, unit="s").to_series()
    assert found[:, 1].tolist() == dates.dt.month.tolist()
    assert found[:, 2].tolist() == dates.dt.day.tolist()
    assert found[:, 3].tolist() == dates.dt.day_of_week.tolist()
    assert found[:, 0].tolist() == (dates.dt.normalize() - pd.Timestamp("2000-01-01")).dt.days.tolist()
    assert found[:, 4] == pytest.approx(dates.dt.hour + dates.dt.minute / 60 + dates.dt.second / 3600, abs=1e-3)


def test_parts_of_dates_are_served_to_the_last_bit(tmp_path: Path) -> None:
    times = np.r_[np.random.default_rng(1).uniform(-2e9, 5e9, 500), np.nan].reshape(-1, 1)
    step = DateParts().fit(times)
    np.testing.assert_array_equal(served(step, DoubleTensorType, tmp_path, times), step.transform(times))


@pytest.mark.parametrize("scaling", ["standard", "unit", "none"])
def test_prepared_numbers_are_served_to_the_last_bit(tmp_path: Path, scaling: Any) -> None:
    random = np.random.default_rng(2)
    x = random.lognormal(3, 2, (300, 4)).astype(np.float32)
    x[random.random(x.shape) < 0.1] = np.nan
    x[:, 3] = 5
    step = ImputeAndScale(numbers=3, scaling=scaling).fit(x[:200])
    np.testing.assert_array_equal(served(step, FloatTensorType, tmp_path, x), step.transform(x))


def test_numbers_are_scaled_and_indicators_are_not() -> None:
    x = np.array([[1, 0], [3, 1], [np.nan, 1]], dtype=np.float32)
    found = ImputeAndScale(numbers=1).fit_transform(x)
    assert found[:, 0].mean() == pytest.approx(0)
    assert found[:, 1].tolist() == [0, 1, 1]


def test_a_column_without_a_value_becomes_zero() -> None:
    assert ImputeAndScale(numbers=1).fit_transform(np.full((3, 1), np.nan, dtype=np.float32)).tolist() == [
        [0],
        [0],
        [0],
    ]


@settings(deadline=None, max_examples=30)
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=5)
)
def test_lower_case_is_served_alike_in_every_alphabet(tmp_path_factory: Any, texts: list[str]) -> None:
    x = np.array([*texts, "ÄPFEL", "Ω"], dtype=object)
    found = served(LowerAscii().fit(x), StringTensorType, tmp_path_factory.mktemp("lower"), x.reshape(-1, 1))
    assert found.ravel().tolist() == LowerAscii().transform(x).tolist()
