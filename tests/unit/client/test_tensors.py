"""A column as an input takes it; what the bytes say is read back by the server's own decoder."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_client import UnsuitableData
from colonnade_client.prediction.tensors import column, decoded
from colonnade_serving.protocol import binary


def read(values: pa.Array, datatype: str) -> Any:
    buffer = column("x", values, datatype).buffer(slice(None))
    return binary.decode("x", datatype, (len(values),), memoryview(buffer))


@given(st.lists(st.none() | st.text()))
def test_texts_arrive_and_missing_ones_are_empty(texts: list[str | None]) -> None:
    assert list(read(pa.array(texts, pa.string()), "BYTES")) == [text or "" for text in texts]


@given(st.lists(st.none() | st.floats(width=32)))
def test_numbers_arrive_and_missing_ones_are_nan(numbers: list[float | None]) -> None:
    expected = np.array([np.nan if number is None else number for number in numbers], "float32")
    np.testing.assert_array_equal(read(pa.array(numbers, pa.float64()), "FP32"), expected)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_whole_numbers_arrive_to_the_last_digit(numbers: list[int]) -> None:
    assert list(read(pa.array(numbers, pa.int64()), "INT64")) == numbers


@given(st.lists(st.binary(max_size=8).map(lambda raw: raw.hex())))
def test_an_answers_texts_are_read_as_the_server_writes_them(texts: list[str]) -> None:
    buffer = binary.encode(np.array(texts, dtype=object))
    assert list(decoded("BYTES", [len(texts)], memoryview(buffer))) == texts


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (pa.array([date(1970, 1, 2)]), 86_400.0),
        (pa.array([1_500], pa.timestamp("ms")), 1.5),
        (pa.array([1_500_000_000], pa.timestamp("ns", "America/New_York")), 1.5),
        (pa.array([-1], pa.timestamp("s", "Asia/Tokyo")), -1.0),
    ],
)
def test_dates_are_seconds_since_1970_in_utc(values: pa.Array, seconds: float) -> None:
    assert list(read(values, "FP64")) == [seconds]


def test_booleans_decimals_and_nothing_are_numbers() -> None:
    assert list(read(pa.array([True, False]), "FP32")) == [1.0, 0.0]
    assert list(read(pa.array([Decimal("1.25")]), "FP64")) == [1.25]
    assert np.isnan(read(pa.array([None, None]), "FP32")).all()
    assert list(read(pa.array([None]), "BYTES")) == [""]


@pytest.mark.parametrize(
    ("values", "datatype", "words"),
    [
        (pa.array([1, None]), "INT64", "x, row 1: a value is missing, which INT64 has no word for"),
        (pa.array([0, 256]), "UINT8", "x, row 1: 256 is no whole number that UINT8 holds"),
        (pa.array([0, -1]), "UINT64", "x, row 1: -1 is no"),
        (pa.array([0.0, 0.5]), "INT32", "x, row 1: 0.5 is no"),
        (pa.array([2.0**63]), "INT64", "x, row 0: .* is no whole number that INT64 holds"),
        (pa.array([float("inf")]), "INT64", "x, row 0: inf is no"),
        (pa.array([1]), "BOOL", "the model takes True and False, and the column is int64"),
        (pa.array([True, None]), "BOOL", "x, row 1: a value is missing"),
        (pa.array([[1]]), "FP32", "the model takes numbers, and the column is list"),
        (pa.array(["1"]), "INT8", r"the model takes whole numbers \(INT8\), and the column is string"),
        (pa.array([1.0]), "BF16", "the model takes BF16, which a column has no form for"),
        (pa.array([70_000.0]), "FP16", "70000 is beyond what FP16 holds"),
    ],
)
def test_what_would_be_changed_is_refused(values: pa.Array, datatype: str, words: str) -> None:
    with pytest.raises(UnsuitableData, match=words):
        column("x", values, datatype)
