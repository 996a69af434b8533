"""Long lists of numbers in JSON, decoded to a buffer with no Python object for each: half of what a wide row costs."""

import numpy as np
import simdjson

LONG = 64
"""Elements from which on it is worth it."""
ODD = (ValueError, TypeError, AttributeError, RuntimeError, FloatingPointError)
"""What simdjson and numpy raise on what is no list of finite numbers."""

_parser = simdjson.Parser()


def pack(data: bytes, size: int, dtype: np.dtype) -> bytes:
    """The buffer of a flat list of so many numbers, as float32 or float64, little-endian.

    Raises ValueError on anything else: a parser then has the words.
    """
    if data.count(b"[") != 1:  # simdjson would flatten what is nested
        raise ValueError("a flat list is wanted")
    try:
        numbers = np.frombuffer(_parser.parse(data).as_buffer(of_type="d"))  # type: ignore[union-attr]
        with np.errstate(over="raise"):
            buffer = numbers.astype(dtype, copy=False).tobytes()
    except ODD as error:
        raise ValueError("numbers are wanted") from error
    if len(numbers) != size:
        raise ValueError(size)
    return buffer
