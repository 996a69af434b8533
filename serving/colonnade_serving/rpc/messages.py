"""A gRPC message's bytes: decompressed, and decoded as protobuf."""

import zlib
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from ..protocol.errors import ProtocolError, too_large

_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}

M = TypeVar("M", bound=Message)


def inflate(message: bytes, encoding: str, limit: int) -> bytes:
    """A compressed message as it was. Raises ProtocolError: 501 unknown encoding, 413 over limit bytes, 400 broken."""
    bits = _WINDOW_BITS.get(encoding)
    if bits is None:
        raise ProtocolError(f"grpc-encoding: {encoding} is unknown here; one of identity, deflate, gzip is wanted", 501)
    decompress = zlib.decompressobj(bits)
    try:
        whole = decompress.decompress(message, limit + 1)
    except zlib.error as error:
        raise ProtocolError(f"body: not {encoding}: {error}") from None
    if len(whole) > limit:
        raise too_large(limit)
    if not decompress.eof:
        raise ProtocolError(f"body: {encoding} data ends early")
    return whole


def decode(kind: type[M], data: bytes) -> M:
    """The message that data is. Raises ProtocolError (400)."""
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise ProtocolError(f"body: no {kind.DESCRIPTOR.name}: {error}") from None
