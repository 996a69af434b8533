"""gRPC over HTTP/2: a call's head, its messages in, its answers out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf
from struct import Struct

from ..clock import clock
from ..protocol.errors import ProtocolError, server_fault, too_large
from ..request_ids import RequestIds, plain
from ..service import GONE, TIMEOUT_HEADERS
from ..telemetry.access import OFF, AccessLog
from ..telemetry.logs import RateLimitFilter
from . import status
from .http2 import Head, Stream
from .messages import inflate

log = logging.getLogger(__name__)
log.addFilter(RateLimitFilter())

PREFIX = Struct(">BI")
"""Before each message: whether it is compressed, and its length in bytes."""
PREFIX_BYTES = 5
GOOD = 200
"""What REST would answer."""
AT_ONCE = 256
"""Messages of one stream that are worked on before its client has to wait."""

_UNITS = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}


@dataclass(frozen=True, slots=True)
class Method:
    """What answers a path. handle: called with each message; a unary method has one. streaming: it may send several."""

    handle: Callable[[Call, bytes], None]
    streaming: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call's head says.

    timeout: seconds, inf for none. refused: why it is not answered. trace: traceparent.
    request_id: x-request-id; empty where it isn't fit to be said again.
    """

    method: Method | None
    timeout: float
    encoding: str
    request_id: bytes
    trace: str | None
    refused: ProtocolError | None
    path: str = ""


def asked(head: Head, methods: Mapping[str, Method]) -> Asked:
    """Reads the head of a gRPC request."""
    fields = head.fields
    path = _text(fields, b":path")
    method = methods.get(path or "")
    refused = None if method else _unknown(path)
    timeout = inf
    try:
        timeout = _timeout(fields)
    except ProtocolError as error:
        refused = error
    encoding = _text(fields, b"grpc-encoding") or "identity"
    id = plain(fields.get(b"x-request-id", b""))
    return Asked(method, timeout, encoding, id, _text(fields, b"traceparent"), refused, path or "")


def _unknown(path: str | None) -> ProtocolError:
    return ProtocolError(f"{path} is unknown here; reflection lists what there is", 501)


def is_grpc(head: Head) -> bool:
    """Whether the request is one of gRPC's."""
    content_type = head.fields.get(b"content-type", b"")
    return head.fields[b":method"] == b"POST" and content_type.startswith(b"application/grpc")


def _text(fields: dict[bytes, bytes], name: bytes) -> str | None:
    value = fields.get(name)
    return None if value is None else value.decode("latin-1")


def _timeout(fields: dict[bytes, bytes]) -> float:
    seconds = inf
    value = fields.get(b"grpc-timeout")
    if value is not None:
        if not (value[:-1].isdigit() and len(value) <= 9 and value[-1:] in _UNITS):
            raise ProtocolError(
                f"grpc-timeout: {value.decode('latin-1')!r}; 1 to 8 digits and one of HMSmun are wanted"
            )
        seconds = int(value[:-1]) * _UNITS[value[-1:]]
    for name in TIMEOUT_HEADERS:
        value = fields.get(name)
        if value is not None and value.isdigit():
            seconds = min(seconds, int(value) / 1000)
    return seconds


class NotGrpc:
    """The receiver of what is no gRPC: a browser, or a probe for plain HTTP."""

    __slots__ = ("_stream",)
    owed = False

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def data(self, part: bytes) -> None:
        """Passes over it."""

    def end(self) -> None:
        """Says what is spoken here."""
        self._stream.answer(status.NOT_GRPC, b"This port speaks gRPC; REST has another.\n", status.FAULT)

    def gone(self) -> None:
        """Nothing is on its way."""


class Call:
    """A stream's receiver. A unary method answers once; a streaming one sends, and says what it has taken.

    started, deadline: time.perf_counter() seconds. id: its x-request-id.
    left: a unary method's, called when its client is gone; a streaming
    one keeps the like in `pending`, by what it is working on. counted: by a model, which logs it too, or logged here.
    """

    __slots__ = (
        "_access",
        "_body",
        "_handing",
        "_limit",
        "_open",
        "_stream",
        "_whole",
        "asked",
        "counted",
        "deadline",
        "id",
        "left",
        "pending",
        "started",
    )

    def __init__(self, stream: Stream, asked: Asked, ids: RequestIds, limit: int, access: AccessLog = OFF) -> None:
        """limit: bytes of a message."""
        self._access = access
        self.counted = False
        self.id = asked.request_id or ids.make()
        self._stream = stream
        self._limit = limit
        self._body: bytes | bytearray = b""
        self._open = 0
        self._whole = self._handing = False
        self.asked = asked
        self.started = clock()
        self.deadline = self.started + asked.timeout
        self.left: Callable[[], None] | None = None
        self.pending: dict[Hashable, Callable[[], None]] = {}

    # as a receiver

    @property
    def owed(self) -> bool:
        """Whether the client has begun a message that it has yet to finish."""
        if self._whole:
            return False
        if self.asked.method is None or not self.asked.method.streaming:
            return True
        return bool(self._body) and self._open < AT_ONCE

    def data(self, part: bytes) -> None:
        """A part of the body."""
        if self.asked.refused is not None:
            return
        if not self._body:
            self._body = part
        else:
            if type(self._body) is bytes:
                self._body = bytearray(self._body)
            self._body += part
        if self.asked.method is not None and self.asked.method.streaming:
            self._hand_out()
        self._refuse_too_much()

    def end(self) -> None:
        """The body is whole."""
        self._whole = True
        method, refused = self.asked.method, self.asked.refused
        if self._stream.closed:
            return
        if refused is not None or method is None:
            self.fail(refused or _unknown(""))
        elif method.streaming:
            self._finish()
        else:
            self._handle(method, self._only_message)

    def gone(self) -> None:
        """The client left."""
        self.tell(GONE, status.Code.CANCELLED)
        left, self.left = self.left, None
        if left is not None:
            left()
        for left in self.pending.values():
            left()
        self.pending.clear()

    # for methods

    def answer(self, answer: bytes | ProtocolError) -> None:
        """A unary method's answer, or its error."""
        self.left = None  # else the call and what answers it would wait for the garbage collector
        if isinstance(answer, ProtocolError):
            self.fail(answer)
        else:
            self.tell(GOOD)
            self._stream.answer(status.headers(self.id), PREFIX.pack(0, len(answer)) + answer, status.DONE)

    def fail(self, error: ProtocolError) -> None:
        """Ends the call with an error."""
        self.left = None
        self.tell(error.status, status.code_of(error))
        stream = self._stream
        block = status.trailers(error)
        stream.finish(block if stream.started else status.headers(self.id) + block)

    def send(self, message: bytes) -> None:
        """One of several answers."""
        stream = self._stream
        if not stream.started:
            stream.start(status.headers(self.id))
        stream.send(PREFIX.pack(0, len(message)) + message)

    def taken(self, what: Hashable = None) -> None:
        """A streaming method is done with a message."""
        self._open -= 1
        self.pending.pop(what, None)
        if self._body and not self._handing:
            self._hand_out()
            self._refuse_too_much()
        if self._stream.paused and self._open < AT_ONCE and not self._stream.unsent:
            self._stream.allow_more()
        self._finish()

    def tell(self, code: int, grpc_status: status.Code = status.Code.OK) -> None:
        """Logs the call, unless a model counts it or it is logged already. code: what REST would answer."""
        if not self.counted:
            self.counted = True
            seconds = clock() - self.started
            self._access.answered(code, seconds, self.id, path=self.asked.path, grpc_status=grpc_status.name)

    # messages

    def _refuse_too_much(self) -> None:
        if len(self._body) >= PREFIX_BYTES and PREFIX.unpack_from(self._body)[1] > self._limit:
            self.fail(too_large(self._limit))

    def _handle(self, method: Method, message: Callable[[], bytes]) -> None:
        try:
            method.handle(self, message())
        except ProtocolError as error:
            self.fail(error)
        except Exception:
            log.exception("a call hit a fault of the server", extra={"request_id": self.id.decode()})
            self.fail(server_fault())

    def _only_message(self) -> bytes:
        body, self._body = self._body, b""
        if len(body) < PREFIX_BYTES:
            raise ProtocolError("body: a gRPC message is wanted")
        compressed, length = PREFIX.unpack_from(body)
        if length != len(body) - PREFIX_BYTES:
            raise ProtocolError(f"body: {len(body) - PREFIX_BYTES} bytes, but the message's length is {length}")
        message = bytes(memoryview(body)[PREFIX_BYTES:])
        return inflate(message, self.asked.encoding, self._limit) if compressed else message

    def _next_message(self) -> Callable[[], bytes] | None:
        body = self._body
        if len(body) < PREFIX_BYTES:
            return None
        compressed, length = PREFIX.unpack_from(body)
        end = PREFIX_BYTES + length
        if length > self._limit or len(body) < end:
            return None
        message = bytes(memoryview(body)[PREFIX_BYTES:end])
        if len(body) == end:
            self._body = b""
        else:
            if type(body) is bytes:
                body = self._body = bytearray(body)
            del body[:end]  # type: ignore[union-attr] # a bytearray is cut in front without moving the rest
        return partial(inflate, message, self.asked.encoding, self._limit) if compressed else partial(bytes, message)

    def _hand_out(self) -> None:
        """Gives out what came; what is too much at once waits until something is taken."""
        method = self.asked.method
        assert method is not None
        self._handing = True
        while self._open < AT_ONCE and not self._stream.closed and (message := self._next_message()) is not None:
            self._open += 1
            self._handle(method, message)
        self._handing = False
        self._stream.paused = self._open >= AT_ONCE or bool(self._stream.unsent)

    def _finish(self) -> None:
        if self._whole and not self._open and not self._stream.closed:
            if self._body:
                return self.fail(ProtocolError(f"body: it ends in a message, of which {len(self._body)} bytes came"))
            if not self._stream.started:
                self._stream.start(status.headers(self.id))
            self.tell(GOOD)
            self._stream.finish(status.DONE)
        return None
