"""Frames on the wire (RFC 9113, sections 4, 6 and 7)."""

from enum import IntEnum
from struct import Struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

FRAME = Struct(">IBI")
"""A frame's head: its length (24 bits) and kind (8), its flags, its stream."""
HEAD_BYTES = 9
MAX_FRAME = 16384
"""The longest frame that is taken, and the longest that a peer must take."""
MAX_WINDOW = 2**31 - 1
STREAM_BITS = 2**31 - 1

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)

END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
WITH_PRIORITY = 0x20

SETTING = Struct(">HI")
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW, MAX_FRAME_SIZE, MAX_HEADER_LIST = range(1, 7)

UINT32 = Struct(">I")
_GOAWAY = Struct(">II")


class ErrorCode(IntEnum):
    """Why a stream or a connection ended (section 7)."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    ENHANCE_YOUR_CALM = 11


class ConnectionFault(Exception):
    """The peer broke the protocol: the connection ends."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A whole frame."""
    return FRAME.pack(len(payload) << 8 | kind, flags, stream) + payload


def settings(values: dict[int, int]) -> bytes:
    """A SETTINGS frame."""
    return frame(SETTINGS, 0, 0, b"".join(SETTING.pack(name, value) for name, value in values.items()))


def window_update(stream: int, more: int) -> bytes:
    """Lets the peer send so many more bytes."""
    return frame(WINDOW_UPDATE, 0, stream, UINT32.pack(more))


def reset(stream: int, code: ErrorCode) -> bytes:
    """Ends one stream."""
    return frame(RST_STREAM, 0, stream, UINT32.pack(code))


def goaway(last: int, code: ErrorCode, message: str = "") -> bytes:
    """Says that no stream after `last` is answered."""
    return frame(GOAWAY, 0, 0, _GOAWAY.pack(last, code) + message.encode())


def unpadded(flags: int, payload: bytes) -> bytes:
    """A payload without its padding. Raises ConnectionFault when the padding is longer than the payload."""
    if not flags & PADDED:
        return payload
    if not payload or payload[0] >= len(payload):
        raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "padding is longer than its frame")
    return payload[1 : len(payload) - payload[0]]
