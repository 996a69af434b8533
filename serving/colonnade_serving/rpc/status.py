"""How a call ends: a ProtocolError as a gRPC status, and a status as HTTP/2 trailers."""

from enum import IntEnum

from hpack.hpack import encode_integer

from ..protocol.errors import ProtocolError


class Code(IntEnum):
    """gRPC's status codes, as far as they are answered here."""

    OK = 0
    CANCELLED = 1
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


OF_HTTP = {
    400: Code.INVALID_ARGUMENT,
    401: Code.UNAUTHENTICATED,
    403: Code.PERMISSION_DENIED,
    404: Code.NOT_FOUND,
    409: Code.FAILED_PRECONDITION,
    413: Code.RESOURCE_EXHAUSTED,
    499: Code.CANCELLED,
    501: Code.UNIMPLEMENTED,
    503: Code.UNAVAILABLE,
    504: Code.DEADLINE_EXCEEDED,
}
"""What REST answers by a status is answered here by a code; what is not listed is INTERNAL, or INVALID_ARGUMENT."""


def code_of(error: ProtocolError) -> Code:
    """The code for an error."""
    other = Code.INTERNAL if error.status >= 500 else Code.INVALID_ARGUMENT
    return OF_HTTP.get(error.status, other)


def literal(name: bytes, value: bytes) -> bytes:
    """A header field that enters no table, so that a block of them can be made once and sent on any connection."""
    return b"\x00" + bytes(encode_integer(len(name), 7)) + name + bytes(encode_integer(len(value), 7)) + value


HEADERS = b"\x88" + literal(b"content-type", b"application/grpc")
"""What the header block of every answer begins with; 0x88 is `:status: 200` in HPACK's static table."""
_ID = literal(b"x-request-id", b"")[:-1]
_ONE_BYTE = 127
"""A literal shorter than that has its length in a byte."""
DONE = literal(b"grpc-status", b"0")
"""The trailers of an answer without an error."""
FAULT = literal(b"grpc-status", b"%d" % Code.INTERNAL)
NOT_GRPC = literal(b":status", b"415") + literal(b"content-type", b"text/plain")


def headers(id: bytes) -> bytes:
    """The header block of an answer. id: its x-request-id."""
    size = len(id)
    return b"".join((HEADERS, _ID, b"%c" % size, id)) if size < _ONE_BYTE else HEADERS + literal(b"x-request-id", id)


def trailers(error: ProtocolError) -> bytes:
    """An error's trailers. What may be tried again says when, as gRPC's retry policies read it."""
    block = literal(b"grpc-status", b"%d" % code_of(error)) + literal(b"grpc-message", _percent(error.message))
    if error.status == 503:
        block += literal(b"grpc-retry-pushback-ms", b"%d" % (error.retry_after * 1000))
    return block


def _percent(message: str) -> bytes:
    """As gRPC over HTTP/2 has it: all but printable ASCII, and %, by their UTF-8 bytes."""
    return b"".join(
        b"%c" % byte if 0x20 <= byte <= 0x7E and byte != 0x25 else b"%%%02X" % byte for byte in message.encode()
    )
