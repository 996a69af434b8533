"""Tensor contents as JSON: nested or flat lists to arrays and back.

A null in a floating tensor is NaN, in a BYTES tensor the empty text.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..datatypes import BF16, NUMPY
from . import malformed, message
from .errors import ProtocolError

TEXT = frozenset({str})


def from_json(name: str, datatype: str, shape: Sequence[int], data: Any) -> np.ndarray:
    """The array of one tensor's JSON data, nested as its shape or flat in row-major order.

    Raises ProtocolError (400) when datatype is unknown, an element is of another type or out of range, or too few.
    """
    dtype_of(name, datatype)
    return filled(name, datatype, tuple(shape), message.elements(name, datatype, data))


def filled(name: str, datatype: str, shape: tuple[int, ...], data: Sequence[Any]) -> np.ndarray:
    """The array of elements that were checked (message.py). Raises ProtocolError (400) when they don't fill shape."""
    dtype = NUMPY[datatype]
    if dtype is BF16:
        raise ProtocolError(f"input {name}: BF16 has no JSON form; send it with parameters.binary_data_size")
    try:
        nested = data and type(data[0]) is list
        array = np.array(data, dtype) if nested else _flat(dtype, data)
        if dtype.kind == "O":
            _check_texts(array)
        elif dtype.kind == "b" and not np.array_equal(array, data):
            raise ProtocolError(malformed.no_bool(f"input {name}", _no_bool(data)))
    except OverflowError:
        raise ProtocolError(f"input {name}: a number is out of {datatype}'s range") from None
    except (ValueError, TypeError):
        raise ProtocolError(f"input {name}: data is ragged, or nested in some places and flat in others") from None
    return _shaped(name, array, shape)


def to_json(array: np.ndarray) -> list[Any]:
    """An array's elements, flat in row-major order, NaN as None. Raises ValueError on an infinity: JSON has none."""
    flat = array.reshape(-1)
    if array.dtype.kind != "f" or np.isfinite(flat).all():
        elements: list[Any] = flat.tolist()
        return elements
    if np.isinf(flat).any():
        raise ValueError("it holds Infinity, which JSON can't say; ask for it with binary_data")
    return [None if math.isnan(element) else element for element in flat.tolist()]


def dtype_of(name: str, datatype: Any) -> np.dtype:
    """numpy's type for a datatype. Raises ProtocolError (400) when the protocol has no such datatype here."""
    try:
        return NUMPY[datatype]
    except (KeyError, TypeError):
        raise ProtocolError(malformed.unknown_datatype(name, datatype)) from None


def _flat(dtype: np.dtype, data: Sequence[Any]) -> np.ndarray:
    if dtype.kind != "O":
        return np.fromiter(data, dtype, len(data))
    texts = np.empty(len(data), dtype)
    texts[:] = data
    return texts


def _check_texts(array: np.ndarray) -> None:
    """Fills nulls with the empty text. Raises ValueError where data was ragged: numpy then leaves lists in place."""
    kinds = set(map(type, array.flat))
    if list in kinds:
        raise ValueError(kinds)
    if kinds != TEXT:
        array[array == None] = ""  # noqa: E711 - elementwise


def _no_bool(data: Sequence[Any]) -> Any:
    """The first element that is neither true nor false."""
    return next((element for element in np.array(data, object).flat if element not in (0, 1)), None)


def _shaped(name: str, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.shape == shape:
        return array
    if array.ndim == 1 and array.size == math.prod(shape):
        return array.reshape(shape)
    raise ProtocolError(f"input {name}: data has shape {list(array.shape)}, but shape says {list(shape)}")
