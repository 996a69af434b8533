"""One client's connection: streams opened, fed and ended, windows kept (RFC 9113)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from ...telemetry.logs import RateLimitFilter
from . import frames
from .budget import LIGHT, Budget
from .fields import MAX_BYTES
from .frames import ConnectionFault, ErrorCode
from .head import Head, HeadReader, is_request, is_trailer
from .reader import Reader
from .settings import Peer
from .stream import WINDOW, Receiver, Sink, Stream

log = logging.getLogger(__name__)
log.addFilter(RateLimitFilter())

CONNECTION_WINDOW = 16 << 20
STREAMS = 1024
"""Streams that a connection may have open."""
PASSED_OVER = 4096
"""Streams that were ended before their client was done, and whose last frames are passed over."""
LEAVING = b"leaving!"
LINGER_SECONDS = 1.0

GREETING = frames.settings(
    {frames.MAX_CONCURRENT_STREAMS: STREAMS, frames.INITIAL_WINDOW: WINDOW, frames.MAX_HEADER_LIST: MAX_BYTES}
) + frames.window_update(0, CONNECTION_WINDOW - 65535)


Open = Callable[[Stream, Head], Receiver]


class Connection(Sink):
    """A server's side. `opened` is called for each request, and gives who hears the rest of it.

    It is an asyncio.Protocol in all but its base, which is interpreted: a native class can't have it (setup.py).
    """

    def __init__(self, opened: Open, connections: set[Connection]) -> None:
        """connections: where it stands while it is open."""
        self._opened = opened
        self._connections = connections
        self._head_reader = HeadReader()
        takes = (self._data, _out_of_place, self._priority, self._reset, self._settings)
        more = (_out_of_place, self._ping, self._goaway, self._window_update, _out_of_place)
        self.budget = Budget()
        self._reader = Reader((*takes, *more), self._headers, self.budget)
        self._transport: asyncio.Transport | None = None
        self._last = 0
        self._passed_over: dict[int, None] = {}
        self._allowed = CONNECTION_WINDOW
        self._leaving = self._swept = self._closing = False
        self.closed: asyncio.Future[None]
        self.peer = Peer()
        self.window = 65535
        self.streams: dict[int, Stream] = {}
        self.blocked: dict[int, Stream] = {}

    # the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._connections.add(self)
        self.closed = asyncio.get_running_loop().create_future()
        self.write(GREETING)

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio's: every open stream's receiver hears that the client left."""
        del error
        self._transport = None
        self._connections.discard(self)
        self.closed.set_result(None)
        for stream in list(self.streams.values()):
            self._abandon(stream)

    def eof_received(self) -> None:
        """asyncio's: a client that says no more hears no more either."""

    def pause_writing(self) -> None:
        """asyncio's: a client that doesn't read isn't read from."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """asyncio's."""
        if self._transport is not None:
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """asyncio's."""
        if self._closing:
            return
        try:
            self._reader.feed(data)
        except ConnectionFault as fault:
            level = logging.WARNING if fault.code == ErrorCode.ENHANCE_YOUR_CALM else logging.DEBUG
            log.log(level, "a gRPC client was cut off: %s", fault.message, extra={"code": fault.code.name})
            self._break_off(frames.goaway(self._last, fault.code, fault.message))

    def write(self, data: bytes) -> None:
        """Sends frames."""
        if self._transport is not None and not self._closing:
            self._transport.write(data)

    def close(self) -> None:
        """Ends the connection behind what was written."""
        if self._transport is not None:
            self._transport.close()

    def _break_off(self, last: bytes) -> None:
        """Closing at once, with bytes of the client's unread, would make TCP drop the last word on its way."""
        self.write(last)
        self._closing = True
        for stream in list(self.streams.values()):
            self._abandon(stream)
        if self._transport is not None and not self._transport.is_closing():
            if self._transport.can_write_eof():  # TLS can't
                self._transport.write_eof()
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self.close)

    def leave(self) -> None:
        """Asks the client to open no more streams here.

        The ping's answer says that it has heard: what it opened until then is answered, and then the connection ends.
        """
        self.write(frames.goaway(frames.STREAM_BITS, ErrorCode.NO_ERROR) + frames.frame(frames.PING, 0, 0, LEAVING))

    def sweep(self) -> None:
        """Ends the streams on which the client owed something, and did nothing, since the last sweep."""
        if not self._reader.settled:
            if self._swept:
                self.close()
            self._swept = True
        for stream in list(self.streams.values()):
            if stream.stalled():
                self.reset_stream(stream, ErrorCode.CANCEL)

    # streams

    def close_stream(self, stream: Stream) -> None:
        """The answer is out. A client that isn't done hears that the rest isn't wanted."""
        stream.closed = True
        stream.receiver = None
        del self.streams[stream.id]
        if stream.ended:
            self.budget.earn()
        else:
            self.budget.owe()
            self._pass_over(stream.id)
            self.write(frames.reset(stream.id, ErrorCode.NO_ERROR))
        self._leave_if_done()

    def reset_stream(self, stream: Stream, code: ErrorCode) -> None:
        """Ends a stream both ways, at once."""
        if not stream.closed:
            self.write(frames.reset(stream.id, code))
            self._pass_over(stream.id)
            self._abandon(stream)

    def _abandon(self, stream: Stream) -> None:
        stream.closed = True
        self.streams.pop(stream.id, None)
        self.blocked.pop(stream.id, None)
        receiver, stream.receiver = stream.receiver, None
        if receiver is not None:
            receiver.gone()
        self._leave_if_done()

    def _pass_over(self, id: int) -> None:
        self._passed_over[id] = None
        if len(self._passed_over) > PASSED_OVER:
            del self._passed_over[next(iter(self._passed_over))]

    def _leave_if_done(self) -> None:
        if self._leaving and not (self.streams or self._closing):
            self._break_off(frames.goaway(self._last, ErrorCode.NO_ERROR))

    def _fault(self, id: int, code: ErrorCode) -> None:
        self.budget.spend("faults")
        stream = self.streams.get(id)
        if stream is not None:
            self.reset_stream(stream, code)
        else:
            self.write(frames.reset(id, code))

    def _closed(self, id: int) -> None:
        """A frame came for a stream that isn't open: harmless only where the client could not know yet."""
        if id == 0 or id > self._last or id % 2 == 0:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"stream {id} is idle")

    # frames

    def _headers(self, id: int, flags: int, block: bytes) -> None:
        if flags & frames.WITH_PRIORITY:
            block = self._without_priority(id, block)
        head = self._head_reader.read(block)
        if id == 0 or id % 2 == 0:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"HEADERS on stream {id}")
        if id > self._last:
            self._last = id
            self._open(id, flags, head)
        else:
            self._trailers(id, flags, head)

    def _without_priority(self, id: int, block: bytes) -> bytes:
        if len(block) < 5:
            raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "HEADERS are shorter than their priority")
        if frames.UINT32.unpack_from(block)[0] & frames.STREAM_BITS == id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"stream {id} depends on itself")
        return block[5:]

    def _open(self, id: int, flags: int, head: Head) -> None:
        if self._leaving or len(self.streams) >= STREAMS:
            self._pass_over(id)
            self.write(frames.reset(id, ErrorCode.REFUSED_STREAM))
            self.budget.spend("refused_streams")
            return
        self.budget.spend("unfinished_requests", 0.0)  # of which close_stream could tell nobody
        stream = self.streams[id] = Stream(self, id, self.peer.window)
        if not is_request(head):
            self._fault(id, ErrorCode.PROTOCOL_ERROR)
            return
        length = head.fields.get(b"content-length")
        if length is not None:
            stream.content_length = int(length) if length.isdigit() else -2
        stream.receiver = self._opened(stream, head)
        if flags & frames.END_STREAM:
            self._ended(stream)

    def _trailers(self, id: int, flags: int, head: Head) -> None:
        stream = self.streams.get(id)
        if stream is None:
            if id not in self._passed_over:
                raise ConnectionFault(ErrorCode.STREAM_CLOSED, f"HEADERS on stream {id}, which is closed")
        elif stream.ended:
            self._fault(id, ErrorCode.STREAM_CLOSED)
        elif not (flags & frames.END_STREAM and is_trailer(head)):
            self._fault(id, ErrorCode.PROTOCOL_ERROR)
        else:
            self._ended(stream)

    def _ended(self, stream: Stream) -> None:
        if stream.content_length not in (-1, stream.received):
            self._fault(stream.id, ErrorCode.PROTOCOL_ERROR)
            return
        stream.ended = True
        assert stream.receiver is not None
        stream.receiver.end()  # which may close the stream

    def _data(self, id: int, flags: int, payload: bytes) -> None:
        self._allowed -= len(payload)
        if self._allowed < CONNECTION_WINDOW // 2:
            self._allow_more()
        stream = self.streams.get(id)
        if stream is None or stream.ended:
            self.budget.spend("late_data")
            self._closed(id)
            if id not in self._passed_over:
                self._fault(id, ErrorCode.STREAM_CLOSED)
            return
        stream.allowed -= len(payload)
        if stream.allowed < 0:
            self._fault(id, ErrorCode.FLOW_CONTROL_ERROR)
            return
        if flags & frames.PADDED:
            payload = frames.unpadded(flags, payload)
        if not payload and not flags & frames.END_STREAM:
            self.budget.spend("empty_data")
            return
        stream.received += len(payload)
        assert stream.receiver is not None
        stream.receiver.data(payload)
        if flags & frames.END_STREAM:
            if not stream.closed:
                self._ended(stream)
        elif stream.allowed < WINDOW // 2 and not (stream.paused or stream.closed):
            stream.allow_more()

    def _allow_more(self) -> None:
        if self._allowed < 0:
            raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, "more came than the connection's window allows")
        self.write(frames.window_update(0, CONNECTION_WINDOW - self._allowed))
        self._allowed = CONNECTION_WINDOW

    def _priority(self, id: int, flags: int, payload: bytes) -> None:
        del flags
        if id == 0:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "PRIORITY on stream 0")
        self.budget.spend("priorities")
        if len(payload) != 5:
            self._fault(id, ErrorCode.FRAME_SIZE_ERROR)
        elif frames.UINT32.unpack_from(payload)[0] & frames.STREAM_BITS == id:
            self._fault(id, ErrorCode.PROTOCOL_ERROR)

    def _reset(self, id: int, flags: int, payload: bytes) -> None:
        del flags
        _exactly(4, "RST_STREAM", payload)
        self.budget.spend("resets")
        self._closed(id)
        stream = self.streams.get(id)
        if stream is not None:
            self._abandon(stream)

    def _settings(self, id: int, flags: int, payload: bytes) -> None:
        if id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"SETTINGS on stream {id}")
        self.budget.spend("settings", _for_each(len(self.streams) + len(payload)))
        if flags & frames.ACK:
            return _exactly(0, "SETTINGS ACK", payload)
        more = self.peer.take(payload)
        self.write(frames.frame(frames.SETTINGS, frames.ACK, 0))
        for stream in list(self.streams.values()):
            stream.window += more
            if stream.window > frames.MAX_WINDOW:
                raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, f"stream {stream.id}'s window is over 2**31 - 1")
        return self._push_blocked()

    def _ping(self, id: int, flags: int, payload: bytes) -> None:
        if id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"PING on stream {id}")
        _exactly(8, "PING", payload)
        self.budget.spend("pings")
        if not flags & frames.ACK:
            self.write(frames.frame(frames.PING, frames.ACK, 0, payload))
        elif payload == LEAVING:
            self._leaving = True
            self._leave_if_done()

    def _goaway(self, id: int, flags: int, payload: bytes) -> None:
        del flags, payload
        if id:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"GOAWAY on stream {id}")
        self.budget.spend("goaways")

    def _window_update(self, id: int, flags: int, payload: bytes) -> None:
        del flags
        _exactly(4, "WINDOW_UPDATE", payload)
        self.budget.spend("window_updates", self._cost_of_window(id))
        more = frames.UINT32.unpack(payload)[0] & frames.STREAM_BITS
        if id:
            return self._stream_window(id, more)
        self.window += more
        if more == 0:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE by 0")
        if self.window > frames.MAX_WINDOW:
            raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, "the connection's window is over 2**31 - 1")
        return self._push_blocked()

    def _cost_of_window(self, id: int) -> float:
        if id:
            return 1.0 if id in self.blocked else LIGHT
        return _for_each(len(self.blocked)) if self.blocked else LIGHT

    def _stream_window(self, id: int, more: int) -> None:
        stream = self.streams.get(id)
        if stream is None:
            return self._closed(id)
        stream.window += more
        if more == 0:
            return self._fault(id, ErrorCode.PROTOCOL_ERROR)
        if stream.window > frames.MAX_WINDOW:
            return self._fault(id, ErrorCode.FLOW_CONTROL_ERROR)
        return stream.push() if id in self.blocked else None

    def _push_blocked(self) -> None:
        for stream in list(self.blocked.values()):
            stream.push()


def _for_each(many: int) -> float:
    """What a frame costs that makes the server look at so many things."""
    return 1.0 + many / 64


def _exactly(size: int, what: str, payload: bytes) -> None:
    if len(payload) != size:
        raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, f"{what} of {len(payload)} bytes; {size} are right")


def _out_of_place(id: int, flags: int, payload: bytes) -> None:
    del flags, payload
    raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, f"an unexpected frame on stream {id}")
