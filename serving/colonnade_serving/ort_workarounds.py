"""What onnxruntime's binding takes only by a detour: BF16, and texts that aren't UTF-8."""

import ctypes
from collections.abc import Mapping, Sequence

import numpy as np
import onnxruntime

from .datatypes import BF16

ONNX_BFLOAT16 = 16
"""TensorProto.DataType.BFLOAT16."""


def run_with_bf16(
    session: onnxruntime.InferenceSession, names: Sequence[str], inputs: Mapping[str, np.ndarray]
) -> list[np.ndarray]:
    """As session.run, with BF16 among inputs or outputs as arrays of ml_dtypes.bfloat16."""
    feeds = {name: _value(array) for name, array in inputs.items()}
    return [_array(value) for value in session.run_with_ort_values(list(names), feeds)]


def opaque(array: np.ndarray) -> np.ndarray:
    """A text array as the binding takes it: one with bytes among its elements in numpy's bytes type.

    Raises ValueError when an element holds a NUL, which would end it.
    """
    if bytes not in set(map(type, array.flat)):
        return array
    encoded = [element if type(element) is bytes else str(element).encode() for element in array.flat]
    if any(b"\0" in element for element in encoded):
        raise ValueError("texts that aren't UTF-8 and texts with a NUL can't go together")
    longest = max(map(len, encoded))
    return np.array(encoded, f"S{longest + 1}").reshape(array.shape)  # onnxruntime reads each up to a NUL


def _value(array: np.ndarray) -> onnxruntime.OrtValue:
    if array.dtype != BF16:
        return onnxruntime.OrtValue.ortvalue_from_numpy(array)
    bits = np.ascontiguousarray(array).view(np.uint16)
    return onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type(bits, ONNX_BFLOAT16)


def _array(value: onnxruntime.OrtValue) -> np.ndarray:
    if value.data_type() != "tensor(bfloat16)":
        array: np.ndarray = value.numpy()
        return array
    data = ctypes.string_at(value.data_ptr(), value.tensor_size_in_bytes())
    return np.frombuffer(data, BF16).reshape(value.shape())
