"""Tensor contents as JSON: nested or flat lists to arrays and back.

A null in a floating tensor is NaN, in a BYTES tensor the empty text.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..datatypes import NUMPY
from .errors import ProtocolError

_KINDS = {"b": "b", "u": "iu", "i": "iu", "f": "iuf"}
_WANTED = {"b": "true or false", "u": "whole numbers, not negative", "i": "whole numbers", "f": "numbers or null"}


def from_json(name: str, datatype: str, shape: Sequence[int], data: Any) -> np.ndarray:
    """The array of one tensor's JSON data, nested as its shape or flat in row-major order.

    Raises ProtocolError (400) when datatype is unknown, an element is of another type or out of range, or too few.
    """
    dtype = dtype_of(name, datatype)
    if not isinstance(data, list):
        raise ProtocolError(f"input {name}: data is {_json_type(data)}; a list is wanted")
    array = _texts(name, data) if datatype == "BYTES" else _numbers(name, datatype, dtype, data)
    return _shaped(name, array, tuple(shape))


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
        raise ProtocolError(f"input {name}: datatype {datatype!r} is unknown; one of {', '.join(NUMPY)}") from None


def _numbers(name: str, datatype: str, dtype: np.dtype, data: list[Any]) -> np.ndarray:
    try:
        found = np.array(data)
        if found.dtype.kind == "O" and dtype.kind == "f":
            found = _with_nulls(data)
        if found.dtype.kind == "f" and dtype.kind in "iu":
            found = _large_integers(data)
        if found.size and found.dtype.kind not in _KINDS[dtype.kind]:
            raise ProtocolError(f"input {name}: data doesn't fit {datatype}; {_WANTED[dtype.kind]} are wanted")
        if dtype.kind in "iu" and found.size and not np.can_cast(found.dtype, dtype):
            _check_range(name, datatype, dtype, found)
        with np.errstate(over="raise"):
            return found.astype(dtype, copy=False)
    except (FloatingPointError, OverflowError):
        raise ProtocolError(f"input {name}: a number is out of {datatype}'s range") from None
    except (ValueError, TypeError):
        raise ProtocolError(f"input {name}: data is ragged or mixed; {_WANTED[dtype.kind]} are wanted") from None


def _with_nulls(data: list[Any]) -> np.ndarray:
    objects = np.array(data, dtype=object)
    kinds = {type(element) for element in objects.flat}
    if not kinds <= {float, int, type(None)}:
        raise ValueError(kinds)
    return objects.astype(np.float64)


def _large_integers(data: list[Any]) -> np.ndarray:
    """What numpy takes for floating: whole numbers on both sides of 2**63."""
    objects = np.array(data, dtype=object)
    if not all(type(element) is int for element in objects.flat):
        return np.array(data)
    return objects.astype(np.int64 if any(element < 0 for element in objects.flat) else np.uint64)


def _check_range(name: str, datatype: str, dtype: np.dtype, found: np.ndarray) -> None:
    limits = np.iinfo(dtype)
    if int(found.min()) < limits.min or int(found.max()) > limits.max:
        raise ProtocolError(f"input {name}: a number is out of {datatype}'s range, {limits.min} to {limits.max}")


def _texts(name: str, data: list[Any]) -> np.ndarray:
    array = np.array(data, dtype=object)
    kinds = {type(element) for element in array.flat}
    if not kinds <= {str, type(None)}:
        raise ProtocolError(f"input {name}: data doesn't fit BYTES; texts or null are wanted, nested evenly")
    if type(None) in kinds:
        array[array == None] = ""  # noqa: E711 - elementwise
    return array


def _shaped(name: str, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.shape == shape:
        return array
    if array.ndim == 1 and array.size == math.prod(shape):
        return array.reshape(shape)
    raise ProtocolError(f"input {name}: data has shape {list(array.shape)}, but shape says {list(shape)}")


def _json_type(value: Any) -> str:
    names = {
        type(None): "null",
        bool: "a boolean",
        str: "a text",
        dict: "an object",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), type(value).__name__)
