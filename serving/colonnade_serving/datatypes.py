"""The Open Inference Protocol's datatypes, as numpy and ONNX know them."""

import ml_dtypes
import numpy as np

BF16 = np.dtype(ml_dtypes.bfloat16)

NUMPY: dict[str, np.dtype] = {
    "BOOL": np.dtype(np.bool_),
    "UINT8": np.dtype("<u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "INT8": np.dtype("<i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
    "BF16": BF16,
    "BYTES": np.dtype(object),  # text elements: onnxruntime's strings are UTF-8
}

ONNX: dict[str, str] = {
    "tensor(bool)": "BOOL",
    "tensor(uint8)": "UINT8",
    "tensor(uint16)": "UINT16",
    "tensor(uint32)": "UINT32",
    "tensor(uint64)": "UINT64",
    "tensor(int8)": "INT8",
    "tensor(int16)": "INT16",
    "tensor(int32)": "INT32",
    "tensor(int64)": "INT64",
    "tensor(float16)": "FP16",
    "tensor(float)": "FP32",
    "tensor(double)": "FP64",
    "tensor(bfloat16)": "BF16",
    "tensor(string)": "BYTES",
}

_BY_NUMPY = {dtype: name for name, dtype in NUMPY.items()}


def of_array(array: np.ndarray) -> str:
    """The datatype of an array. Raises ValueError when the protocol has none for it (complex, dates)."""
    known = _BY_NUMPY.get(array.dtype)
    if known is not None:
        return known
    if array.dtype.kind in "US":
        return "BYTES"
    try:
        return _BY_NUMPY[array.dtype.newbyteorder("<")]
    except KeyError:
        raise ValueError(f"the Open Inference Protocol has no datatype for numpy's {array.dtype}") from None
