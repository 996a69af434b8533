"""A column as the tensor that an input takes, in the protocol's binary form."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from colonnade_client.errors import UnsuitableData

Array = np.ndarray[Any, Any]
LENGTH = struct.Struct("<I")
FLOATS = {"FP16": "<f2", "FP32": "<f4", "FP64": "<f8"}
WHOLE = {
    f"{sign}INT{bits}": f"<{letter}{bits // 8}" for sign, letter in (("", "i"), ("U", "u")) for bits in (8, 16, 32, 64)
}
SECOND_MICROS = 1e6
BOOL, BYTES = "BOOL", "BYTES"
NUMPY = {**FLOATS, **WHOLE, BOOL: "u1"}


@dataclass(frozen=True)
class Column:
    """values: as the buffer has them, a row each on axis 0; texts are encoded already."""

    name: str
    values: Array

    @property
    def size(self) -> int:
        """Of the whole buffer in bytes."""
        if self.values.dtype == object:
            return sum(len(each) + LENGTH.size for each in self.values)
        return int(self.values.nbytes)

    def buffer(self, rows: slice) -> bytes:
        chosen = self.values[rows]
        if chosen.dtype == object:
            return b"".join(LENGTH.pack(len(each)) + each for each in chosen)
        return chosen.tobytes()


def column(name: str, values: pa.Array, datatype: str) -> Column:
    """values: one a row, of whatever type the frame has.

    Missing ones are NaN in a float, the empty text in BYTES, and refused elsewhere, since those have no word for it.
    Raises UnsuitableData, which names column and row.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return Column(name, _texts(name, values) if datatype == BYTES else _encoder(name, datatype)(name, values, datatype))


def matrix(name: str, values: Any, datatype: str, width: int) -> Column:
    """values: a NumPy array (rows, width) of numbers, in the order that the model was trained with; width -1: any.

    Raises UnsuitableData, also for a frame, whose columns the model has no names for.
    """
    if not isinstance(values, np.ndarray):
        raise UnsuitableData(
            f"the model takes one array {name} of {datatype} [rows, {width}], whose columns have no names: choose them "
            "in the order that it was trained with, and give frame[[…]].to_numpy()"
        )
    if values.ndim != 2 or width not in (-1, values.shape[1]):
        raise UnsuitableData(f"{name}: the model takes [rows, {width}], and the array is {list(values.shape)}")
    kind = NUMPY.get(datatype)
    if kind is None or values.dtype.kind not in "fiub":
        raise UnsuitableData(f"{name}: the model takes {datatype}, and the array holds {values.dtype}")
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = np.ascontiguousarray(values.astype(kind))
    changed = np.isinf(narrow) & np.isfinite(values) if datatype in FLOATS else narrow != values
    if changed.any():
        row, place = (int(each[0]) for each in np.nonzero(changed))
        raise UnsuitableData(f"{name}, row {row}, column {place}: {values[row, place]} is none that {datatype} holds")
    return Column(name, narrow)


def _encoder(name: str, datatype: str) -> Callable[[str, pa.Array, str], Array]:
    if datatype in FLOATS:
        return _floats
    if datatype in WHOLE:
        return _whole
    if datatype == BOOL:
        return _flags
    raise UnsuitableData(f"{name}: the model takes {datatype}, which a column has no form for")


def _texts(name: str, values: pa.Array) -> Array:
    kind = values.type
    if not (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or _is_empty(kind)
    ):
        raise UnsuitableData(
            f"{name}: the model takes text, and the column is {kind}; make it text as the "
            f'Dataset has it, such as frame["{name}"].astype(str)'
        )
    return np.array([text.encode() if text else b"" for text in values.to_pylist()], dtype=object)


def _floats(name: str, values: pa.Array, datatype: str) -> Array:
    wide = _seconds(name, values, datatype) if _is_time(values.type) else _doubles(name, values)
    with np.errstate(over="ignore"):
        narrow: Array = wide.astype(FLOATS[datatype])
    beyond = np.flatnonzero(np.isinf(narrow) & np.isfinite(wide))
    if len(beyond):
        row = int(beyond[0])
        raise UnsuitableData(f"{name}, row {row}: {wide[row]:g} is beyond what {datatype} holds")
    return narrow


def _seconds(name: str, values: pa.Array, datatype: str) -> Array:
    """Since 1970 in UTC, as training has dates; what names no zone is UTC."""
    if datatype != "FP64":
        raise UnsuitableData(f"{name}: the column holds dates, and the model takes numbers ({datatype})")
    micros = values.cast(pa.timestamp("us", values.type.tz if pa.types.is_timestamp(values.type) else None), safe=False)
    return _filled(micros.cast(pa.int64())) / SECOND_MICROS


def _doubles(name: str, values: pa.Array) -> Array:
    kind = values.type
    if pa.types.is_boolean(kind):
        values = values.cast(pa.uint8())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or _is_empty(kind)):
        raise UnsuitableData(
            f"{name}: the model takes numbers, and the column is {kind}; pandas.to_numeric makes numbers of text, "
            "pandas.to_datetime dates"
        )
    return _filled(values)


def _filled(values: pa.Array) -> Array:
    doubles = values.cast(pa.float64(), safe=False)
    return np.asarray(pc.fill_null(doubles, np.nan).to_numpy(zero_copy_only=False))


def _whole(name: str, values: pa.Array, datatype: str) -> Array:
    _must_be_complete(name, values, datatype)
    kind, limits = values.type, np.iinfo(WHOLE[datatype])
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise UnsuitableData(f"{name}: the model takes whole numbers ({datatype}), and the column is {kind}")
    found = values.to_numpy(zero_copy_only=False)
    wrong = np.zeros(len(found), bool)
    if pa.types.is_floating(kind):
        wrong = ~np.isfinite(found) | (np.floor(found) != found)
        # The greatest of 64 bits is no double: 2^63 would pass for it.
        wrong |= (found < float(limits.min)) | (found >= float(limits.max) + 1)
    elif pa.types.is_integer(kind):
        wrong = np.array([not limits.min <= int(each) <= limits.max for each in found], bool)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise UnsuitableData(f"{name}, row {row}: {found[row]} is no whole number that {datatype} holds")
    narrow: Array = found.astype(WHOLE[datatype])
    return narrow


def _flags(name: str, values: pa.Array, datatype: str) -> Array:
    _must_be_complete(name, values, datatype)
    if not pa.types.is_boolean(values.type):
        raise UnsuitableData(f"{name}: the model takes True and False, and the column is {values.type}")
    flags: Array = values.to_numpy(zero_copy_only=False).astype("u1")
    return flags


def _must_be_complete(name: str, values: pa.Array, datatype: str) -> None:
    if values.null_count:
        row = int(np.flatnonzero(~values.is_valid().to_numpy(zero_copy_only=False))[0])
        raise UnsuitableData(f"{name}, row {row}: a value is missing, which {datatype} has no word for; fill it")


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _is_empty(kind: pa.DataType) -> bool:
    """Not one value, so that the type can't be told."""
    return bool(pa.types.is_null(kind))


def decoded(datatype: str, shape: list[int], buffer: memoryview) -> Array:
    """An output's buffer as an array of its shape."""
    if datatype != BYTES:
        array = np.frombuffer(buffer, NUMPY[datatype]).reshape(shape)
        return array.astype(bool) if datatype == BOOL else array
    texts, start = [], 0
    while start < len(buffer):
        end = start + LENGTH.size + LENGTH.unpack_from(buffer, start)[0]
        texts.append(bytes(buffer[start + LENGTH.size : end]).decode())
        start = end
    return np.array(texts, dtype=object).reshape(shape)
