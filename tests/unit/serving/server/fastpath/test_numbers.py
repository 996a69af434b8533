"""A long list of numbers is packed as a short one is, or left to who has the words."""

import json
import math
import struct
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.server.fastpath import numbers

FLOATS: dict[str, np.dtype] = {"f": np.dtype("<f4"), "d": np.dtype("<f8")}
ODD: st.SearchStrategy[Any] = st.sampled_from([None, True, "1", [1.0], {}, 1e39, 2**64, -(2**63), 1e-50, -0.0])


def one_by_one(data: bytes, size: int, code: str) -> bytes | None:
    """What the slots of short lists make of it."""
    try:
        return struct.pack(f"<{size}{code}", *msgspec.json.decode(data, type=list[float]))
    except (msgspec.MsgspecError, struct.error, OverflowError):
        return None


def at_once(data: bytes, size: int, code: str) -> bytes | None:
    try:
        return numbers.pack(data, size, FLOATS[code])
    except ValueError:
        return None


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.integers(), max_size=90), st.sampled_from("fd"))
def test_numbers_are_packed_as_one_by_one_or_not_at_all(values: list[float], code: str):
    data = json.dumps(values).encode()
    found, expected = at_once(data, len(values), code), one_by_one(data, len(values), code)
    assert found in (None, expected)
    if all(abs(value) < 2**63 and (code == "d" or abs(value) < 1e38) for value in values):
        assert found == expected


@given(st.lists(st.floats(-9, 9) | ODD, min_size=1, max_size=9), st.sampled_from("fd"))
def test_what_is_no_flat_list_of_numbers_is_not_packed(values: list[Any], code: str):
    data = json.dumps(values).encode()
    expected = one_by_one(data, len(values), code)
    found = at_once(data, len(values), code)
    assert found is None or (expected is not None and values_of(found, code) == values_of(expected, code))


def values_of(buffer: bytes, code: str) -> list[float]:
    found: list[float] = np.frombuffer(buffer, FLOATS[code]).tolist()
    return found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[",
        b"1",
        b"{}",
        b"[1,2",
        b"[1,2]]",
        b"[1,2],",
        b"[1 2]",
        b"[[1],[2]]",
        b"[NaN,1]",
        b"[1e400,1]",
        b"[01,1]",
    ],
)
def test_broken_lists_are_not_packed(data: bytes):
    assert at_once(data, 2, "f") is None


def test_a_list_of_another_length_is_not_packed():
    assert at_once(b"[1,2,3]", 2, "f") is None
    assert at_once(b"[1,2]", 2, "f") == struct.pack("<2f", 1, 2)


def test_a_list_after_a_refused_one_is_packed():
    for _ in range(3):
        assert at_once(b'[1,"2"]', 2, "d") is None
        packed = at_once(b"[1,2]", 2, "d")
        assert packed is not None
        assert math.isclose(sum(values_of(packed, "d")), 3)


@given(
    st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3), max_size=200)
)
def test_lists_are_packed_together_as_apart(several: list[list[float]]):
    data = [json.dumps(each).encode() for each in several]
    assert numbers.pack_all([each[1:-1] for each in data], 3) == [numbers.pack(each, 3, FLOATS["f"]) for each in data]


@pytest.mark.parametrize(
    "wrong", [b"1", b"1,2,3", b"1,1e300", b"1e300,1", b"1,4e38", b"[1],2", b"1,2]", b"1,2],[1,2", b"1,", b""]
)
@pytest.mark.parametrize("other", [b"3,4", b"3", b"3,4,5", b"1e300,3,4", b""])
def test_lists_of_which_one_is_wrong_are_not_packed(wrong: bytes, other: bytes):
    for several in ([wrong, other], [other, wrong], [b"1,2", other, wrong, b"1,2"]):
        with pytest.raises(ValueError, match=r"wanted|float32|^2$"):
            numbers.pack_all(several, 2)
