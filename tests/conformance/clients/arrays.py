"""What the kit's models are sent: same_<datatype> gives its input x [-1, 2] back as y; sums adds a and b [-1, 2]."""

import ml_dtypes
import numpy as np

INTEGERS = {
    name: np.dtype(name.lower()) for name in ("UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64")
}
FLOATS = {"FP16": np.dtype("<f2"), "FP32": np.dtype("<f4"), "FP64": np.dtype("<f8")}
JSON = ("BOOL", *INTEGERS, "FP32", "FP64", "BYTES")
"""The datatypes that have a JSON form by the protocol."""
BINARY = (*JSON, "FP16", "BF16")

A = np.array([[1.5, -2.0], [0.25, 4.0]], np.float32)
B = np.array([[0.5, 1.0], [2.0, -3.0]], np.float32)


def array(datatype: str) -> np.ndarray:
    """Two rows of two, with the datatype's extremes among them."""
    if datatype == "BOOL":
        return np.array([[True, False], [False, True]])
    if datatype == "BYTES":
        return np.array([["a", ""], ["grüß dich", "\u2028 \U0001f600"]], dtype=object)
    if datatype == "BF16":
        return np.array([[1.5, -2.0], [float("inf"), 3e38]], ml_dtypes.bfloat16)
    if datatype in FLOATS:
        limits = np.finfo(FLOATS[datatype])
        return np.array([[limits.max, limits.min], [limits.tiny, -0.1]], FLOATS[datatype])
    bounds = np.iinfo(INTEGERS[datatype])
    return np.array([[bounds.max, bounds.min], [0, 1]], INTEGERS[datatype])


def model(datatype: str) -> str:
    """The model that gives this datatype back."""
    return f"same_{datatype.lower()}"


def same(found: np.ndarray, sent: np.ndarray) -> bool:
    """Whether an answer is what was sent; texts may come as UTF-8."""
    if sent.dtype.kind == "O":
        return found.shape == sent.shape and [_text(value) for value in found.flat] == list(sent.flat)
    return found.shape == sent.shape and found.dtype == sent.dtype and found.tobytes() == sent.tobytes()


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value
