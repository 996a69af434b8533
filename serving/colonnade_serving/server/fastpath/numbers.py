"""Lists of numbers in JSON, decoded to buffers with no Python object for each: half of what a wide row costs."""

import numpy as np
import simdjson

LONG = 64
"""Elements from which on it is worth it for a list by itself."""
AT_ONCE = 64
"""Lists that are decoded together: their text is still in the cache."""
ODD = (ValueError, TypeError, AttributeError, RuntimeError, FloatingPointError)
"""What simdjson and numpy raise on what is no list of finite numbers."""

STOP = 1e300
"""Stands behind each list when several are one text: no float32 can be it."""
_BETWEEN, _LAST = b",%g," % STOP, b",%g]" % STOP

_parser = simdjson.Parser()


def pack(data: bytes, size: int, dtype: np.dtype) -> bytes:
    """The buffer of a flat list of so many numbers, as float32 or float64, little-endian.

    Raises ValueError on anything else: a parser then has the words.
    """
    numbers = _numbers(data)
    if len(numbers) != size:
        raise ValueError(size)
    return _cast(numbers, dtype).tobytes()


def pack_all(lists: list[bytes], size: int) -> list[bytes]:
    """The buffers of several flat lists of so many numbers each, as float32. Raises ValueError if any is wrong.

    lists: without their brackets. One of another size pushes a STOP to where a number belongs, and it can't be cast.
    """
    buffers: list[bytes] = []
    for start in range(0, len(lists), AT_ONCE):
        some = lists[start : start + AT_ONCE]
        some[0] = b"[" + some[0]
        some[-1] += _LAST
        numbers = _numbers(_BETWEEN.join(some))
        if len(numbers) != len(some) * (size + 1):
            raise ValueError(size)
        raw = _cast(numbers.reshape(-1, size + 1)[:, :size], np.dtype("<f4")).tobytes()
        buffers += [raw[at : at + 4 * size] for at in range(0, len(raw), 4 * size)]
    return buffers


def _numbers(data: bytes) -> np.ndarray:
    if data.find(b"[", 1) >= 0:  # simdjson would flatten what is nested
        raise ValueError("a flat list is wanted")
    try:
        return np.frombuffer(_parser.parse(data).as_buffer(of_type="d"))  # type: ignore[union-attr]
    except ODD as error:
        raise ValueError("numbers are wanted") from error


def _cast(numbers: np.ndarray, dtype: np.dtype) -> np.ndarray:
    try:
        with np.errstate(over="raise"):
            return numbers.astype(dtype, copy=False)
    except FloatingPointError as error:
        raise ValueError(f"a number is no {dtype}") from error
