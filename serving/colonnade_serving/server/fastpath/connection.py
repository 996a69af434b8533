"""A connection: uvicorn's protocol, which takes infer requests out of the parser's hands and answers them itself."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ...clock import clock
from ...protocol.errors import ProtocolError, too_large
from .eligibility import eligible_head, is_plain
from .head_cache import END
from .pipeline import FastPathRequest, Pipeline
from .shared import Shared

HEAD_BYTES = 64 << 10
"""A longer head is answered by 431."""
HALF_CLOSED_SECONDS = 1.0
"""A client that closed its side, and maybe both, gets what is answered so soon; then it counts as gone."""
REQUEST_SECONDS = 20.0
REQUEST_BYTES_PER_SECOND = 4096
"""A request must come within so long, and so much longer the more of it came."""
UNREAD_SECONDS = 30.0
"""A client that takes nothing of its answers for so long is let go."""


class _Before:
    """Stands where uvicorn looks for the request before: it is the fast path's, so what comes now has to wait."""

    response_complete = False


class HttpConnection(HttpToolsProtocol):
    """Answers leave in the order of requests.

    Behind a request that uvicorn answers all are uvicorn's until it is answered; one of uvicorn's that comes behind the
    fast path's waits until theirs have left.
    """

    def __init__(self, *uvicorns: Any, shared: Shared, **uvicorn: Any) -> None:
        super().__init__(*uvicorns, **uvicorn)
        self.shared = shared
        self._in_flight = Pipeline(shared)
        self.data_received = self._in_flight.received  # type: ignore[method-assign]  # compiled, without a step between
        self._fast_path_request: FastPathRequest | None = None
        self._began = self._in_flight.since
        self._in_head = False
        self._received = 0
        self._unsent = 0
        self._raw: bytes | None = None

    @property
    def busy(self) -> bool:
        """Whether a request waits for its answer."""
        return self._in_flight.count > 0 or not self._in_flight.free

    def resume_reading(self) -> None:
        """There may be room again for more requests."""
        if self._in_flight.free and not self.flow.write_paused and not self._in_flight.full:
            self._in_flight.paused = False
            self.flow.resume_reading()

    def answered(self) -> None:
        """All that the fast path took has left."""
        if self.pipeline:
            super().on_response_complete()
        elif self._in_flight.closing:
            self.transport.close()

    # From the transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        self._in_flight.connected(self)

    def feed(self, data: bytes) -> None:
        """Bytes for the parser. What looks at bytes overrides this: `data_received` is the compiled pipeline's."""
        end = data.find(END) if self._in_flight.between else -1
        self._raw = data[:end] if end >= 0 else None
        super().data_received(data)
        if not self._in_flight.between:
            self._received += len(data) if self._received else len(data.rpartition(END)[2])  # not what came before it
            if self._in_head and self._received > HEAD_BYTES and not self._in_flight.closing:
                self._turn_away(ProtocolError(f"head: more than {HEAD_BYTES} bytes", 431))

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """The client closed its side: what came whole may still be answered."""
        self._release()
        whole = self._in_flight.count - (self._fast_path_request is not None and not self._fast_path_request.refused)
        if not whole and (self._in_flight.free or not self._in_flight.between):
            return None
        self._in_flight.closing = True
        self.loop.call_later(HALF_CLOSED_SECONDS, self.transport.close)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: what has not begun never runs."""
        self._release()
        self._in_flight.lost()
        self._fast_path_request = None
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads slower than it asks."""
        super().pause_writing()
        self._in_flight.since = clock()
        self._unsent = self.transport.get_write_buffer_size()
        self._pause_reading()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        self.resume_reading()

    def shutdown(self) -> None:
        """The server ends: the last answer in flight is the connection's last, that of a request still to come too."""
        self._release()
        if self._in_flight.count and self._in_flight.between:
            self._in_flight.closing = True
        if not self._in_flight.count or not self._in_flight.free:
            super().shutdown()

    def sweep(self, now: float) -> None:
        """Lets go of a client that keeps the server waiting; called about once a second. now: perf_counter()."""
        self._release()
        if self.transport.is_closing():
            self._end_tls()
        elif self.flow.write_paused:
            unsent, self._unsent = self._unsent, self.transport.get_write_buffer_size()
            if self._unsent < unsent:
                self._in_flight.since = now
            elif now - self._in_flight.since > UNREAD_SECONDS:
                self.transport.abort()
        elif not self._in_flight.between and not self.flow.read_paused and not self._in_flight.closing:
            if now - self._began > REQUEST_SECONDS + self._received / REQUEST_BYTES_PER_SECOND:
                self._turn_away(ProtocolError("the request did not come in time", 408))
        elif not self.busy and now - self._in_flight.since > self.timeout_keep_alive:
            self.transport.close()

    def _end_tls(self) -> None:
        """A client that doesn't say goodbye in its turn would be waited for as long as half a minute."""
        if self.transport.get_extra_info("sslcontext") is not None and not self.transport.get_write_buffer_size():
            self.transport.abort()

    # From the parser

    def on_message_begin(self) -> None:
        """A request begins; uvicorn makes its own preparations when it turns out to be uvicorn's."""
        self._in_flight.between = False
        self._in_head = True
        self._began = self._in_flight.since
        self._received = 0
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Whose request is it?"""
        self._in_head = False
        raw, self._raw = self._raw, None
        target = self.shared.targets.get(self.url)
        if self._in_flight.closing:
            return None
        if target is not None and self._in_flight.free and self.parser.get_method() == b"POST":
            keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
            head = eligible_head(self.headers, target, keep_alive, self.shared)
            if head is not None:
                if raw is not None and is_plain(raw, self.headers):
                    self.shared.head_cache.remember(raw + END, self.headers, head)
                return self._accept(self._in_flight.begin(head, self._in_flight.since), head.length)
        return self._hand_over()

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        request = self._fast_path_request
        if request is not None:
            self._add(request, body)
        elif not self._in_flight.closing:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has come whole."""
        self._in_flight.between = True
        request, self._fast_path_request = self._fast_path_request, None
        if request is None:
            if not self._in_flight.closing:
                super().on_message_complete()
        elif not request.refused:
            assert request.head is not None
            self._in_flight.closing = request.head.last
            self._in_flight.ask(request, b"".join(request.chunks))

    def on_response_complete(self) -> None:
        """uvicorn has answered one of its own."""
        self._in_flight.since = clock()
        super().on_response_complete()
        if self._in_flight.closing and not self.busy:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self._turn_away(ProtocolError(msg))

    # A request's way

    def _release(self) -> None:
        """A head that waits for its body is the parser's, which knows how to wait for a body."""
        head, self._in_flight.pending_head = self._in_flight.pending_head, b""
        if head:
            self.feed(head)

    def _hand_over(self) -> None:
        """The request is uvicorn's, which begins it at once, or when the fast path's before it are answered."""
        self._in_flight.mixed = True
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        if self._in_flight.count:
            self.cycle = _Before()  # type: ignore[assignment]
        super().on_headers_complete()

    def _accept(self, request: FastPathRequest, length: int) -> None:
        self._fast_path_request = request
        request.chunks, request.size = [], 0
        if length > self.shared.limit:
            self._in_flight.refuse(request, too_large(self.shared.limit))
        if self._in_flight.full:
            self._pause_reading()

    def _pause_reading(self) -> None:
        self._in_flight.paused = True
        self.flow.pause_reading()

    def _add(self, request: FastPathRequest, body: bytes) -> None:
        request.size += len(body)
        if request.refused:
            if request.size > 2 * self.shared.limit:  # what is refused is read on, so that the client reads why
                self._in_flight.closing = True
                self.transport.close()
        elif request.size > self.shared.limit:
            request.chunks.clear()
            self._in_flight.refuse(request, too_large(self.shared.limit))
        else:
            request.chunks.append(body)

    def _turn_away(self, problem: ProtocolError) -> None:
        """Answers what can't be read on, once and after all before it; then the connection ends."""
        self._in_flight.closing = True
        request = self._fast_path_request
        begins = self._in_flight.between or self._in_head
        if request is not None and not request.refused:
            self._in_flight.refuse(request, problem)
        elif request is None and begins:
            if self._in_flight.free:
                self._in_flight.refuse(self._in_flight.begin(None, self._in_flight.since), problem)
        else:  # it has its answer already, or it is uvicorn's, which waits for the rest
            self.transport.close()
