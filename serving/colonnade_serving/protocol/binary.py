"""The binary tensor extension's buffers: little-endian, row-major.

A BYTES element is its length as uint32, then its bytes.
"""

import math
import struct

import numpy as np

from ..datatypes import NUMPY
from .errors import ProtocolError

LENGTH = struct.Struct("<I")


def decode(name: str, datatype: str, shape: tuple[int, ...], buffer: memoryview, opaque: bool = False) -> np.ndarray:
    """The array of one tensor's buffer. Raises ProtocolError (400) when its size isn't what datatype and shape say.

    opaque: whether a BYTES element that isn't UTF-8 may stay bytes (Signature.opaque_texts).
    """
    count = math.prod(shape)
    if datatype == "BYTES":
        return _decode_texts(name, count, buffer, opaque).reshape(shape)
    dtype = NUMPY[datatype]
    if len(buffer) != count * dtype.itemsize:
        wanted = count * dtype.itemsize
        raise ProtocolError(f"input {name}: {len(buffer)} bytes of binary data, {datatype} {list(shape)} is {wanted}")
    if datatype == "BOOL":
        return _decode_flags(name, np.frombuffer(buffer, np.uint8)).reshape(shape)
    array = np.frombuffer(buffer, dtype).reshape(shape)
    return array if array.flags.aligned else array.copy()


def encode(array: np.ndarray) -> bytes:
    """An array's buffer."""
    if array.dtype.kind in "OUS":
        return b"".join(_encode_text(element) for element in array.reshape(-1))
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def text(name: str, data: bytes, opaque: bool = False) -> str | bytes:
    """One BYTES element as the model takes it: text, or bytes where it isn't UTF-8 and the model is opaque to that.

    Raises ProtocolError (400): not UTF-8, or with a NUL in it too, where onnxruntime would end it.
    """
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if opaque and 0 not in data:
            return data
        also = " and holds a NUL" if opaque else ""
        raise ProtocolError(f"input {name}: a BYTES element is not UTF-8 at byte {error.start}{also}") from None


def _decode_flags(name: str, flags: np.ndarray) -> np.ndarray:
    odd = np.flatnonzero(flags > 1)
    if len(odd):
        byte = int(odd[0])
        raise ProtocolError(f"input {name}: byte {byte} of its binary data is {flags[byte]}; a BOOL is 0 or 1")
    return flags.view(np.bool_)


def _decode_texts(name: str, count: int, buffer: memoryview, opaque: bool) -> np.ndarray:
    if count * LENGTH.size > len(buffer):  # before a hostile shape is allocated
        raise ProtocolError(f"input {name}: {len(buffer)} bytes of binary data can't hold {count} BYTES elements")
    array = np.empty(count, dtype=object)
    start = 0
    for index in range(count):
        body = start + LENGTH.size
        if body > len(buffer):
            raise ProtocolError(f"input {name}: binary data ends in BYTES element {index} of {count}")
        end = body + LENGTH.unpack_from(buffer, start)[0]
        if end > len(buffer):
            raise ProtocolError(f"input {name}: binary data ends in BYTES element {index} of {count}")
        array[index] = text(name, bytes(buffer[body:end]), opaque)
        start = end
    if start != len(buffer):
        raise ProtocolError(f"input {name}: {len(buffer) - start} bytes are left after {count} BYTES elements")
    return array


def _encode_text(element: object) -> bytes:
    data = element if isinstance(element, bytes) else str(element).encode()
    return LENGTH.pack(len(data)) + data
