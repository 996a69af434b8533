"""A connection: uvicorn's protocol, which takes infer requests out of the parser's hands and answers them itself."""

import time
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ...batching import Work
from ...protocol.coding import WORTH_BYTES, deflated, inflate
from ...protocol.errors import ProtocolError
from ..body import too_large
from ..faults import GONE, reason, told
from . import wire
from .exchange import Exchange
from .heads import is_plain, understand
from .shared import Shared

END = b"\r\n\r\n"
HEAD_BYTES = 64 << 10
"""A longer head is answered by 431."""
PIPELINED = 64
"""A connection with more requests in flight is not read from until they are answered."""
HALF_CLOSED_SECONDS = 1.0
"""A client that closed its side, and maybe both, gets what is answered so soon; then it counts as gone."""
REQUEST_SECONDS = 20.0
REQUEST_BYTES_PER_SECOND = 4096
"""A request must come within so long, and so much longer the more of it came."""
UNREAD_SECONDS = 30.0
"""A client that takes nothing of its answers for so long is let go."""


class _Before:
    """Stands where uvicorn looks for the request before: it is the lane's, so what comes now has to wait."""

    response_complete = False


class Lane(HttpToolsProtocol):
    """Answers leave in the order of requests.

    Behind a request that uvicorn answers all are uvicorn's until it is answered; one of uvicorn's that comes behind the
    lane's waits until theirs have left.
    """

    def __init__(self, *uvicorns: Any, shared: Shared, **uvicorn: Any) -> None:
        super().__init__(*uvicorns, **uvicorn)
        self.shared = shared
        self._exchanges: deque[Exchange] = deque()
        self._taken: Exchange | None = None
        self._since = self._began = time.perf_counter()
        self._between = True
        self._in_head = False
        self._received = 0
        self._unsent = 0
        self._raw: bytes | None = None
        self._deaf = False
        self._done = cast(Callable[[Work], None], self._answer)

    @property
    def busy(self) -> bool:
        """Whether a request waits for its answer."""
        return bool(self._exchanges) or not self._is_free()

    # From the transport

    def data_received(self, data: bytes) -> None:
        """Bytes from the client. A head that was seen before needs no parser when its whole body came with it."""
        if self._deaf:
            return
        self._since = now = time.perf_counter()
        if self._between:
            end = data.find(END)
            head = self.shared.heads.get(data[:end])
            if head is not None and len(data) == end + 4 + head.length and self._is_free():
                if self.timeout_keep_alive_task is not None:
                    self._unset_keepalive_if_required()
                exchange = Exchange(head, now)
                self._exchanges.append(exchange)
                head.target.served.observer.inflight += 1
                self._ask(exchange, data[end + 4 :])
                return
        self._feed(data)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """The client closed its side: what came whole may still be answered."""
        whole = len(self._exchanges) - (self._taken is not None and not self._taken.refused)
        if not whole and (self._is_free() or not self._between):
            return None
        self._deaf = True
        self.loop.call_later(HALF_CLOSED_SECONDS, self.transport.close)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: what has not begun never runs."""
        now = time.perf_counter()
        for exchange in self._exchanges:
            exchange.abandoned = True
            if exchange.answer is None and exchange.head is not None:
                exchange.head.target.served.observer.answered(GONE, now - exchange.began, "gone", exchange)
        self._exchanges.clear()
        self._taken = None
        del self._done  # a cycle: a connection is to go at once, not when the collector comes round
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads slower than it asks."""
        super().pause_writing()
        self._since = time.perf_counter()
        self._unsent = self.transport.get_write_buffer_size()
        self.flow.pause_reading()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        self._resume_reading()

    def shutdown(self) -> None:
        """The server ends: the last answer in flight is the connection's last."""
        if self._exchanges:
            self._deaf = True
        if not self._exchanges or not self._is_free():
            super().shutdown()

    def sweep(self, now: float) -> None:
        """Lets go of a client that keeps the server waiting; called about once a second. now: perf_counter()."""
        if self.flow.write_paused:
            unsent, self._unsent = self._unsent, self.transport.get_write_buffer_size()
            if self._unsent < unsent:
                self._since = now
            elif now - self._since > UNREAD_SECONDS:
                self.transport.abort()
        elif not self._between and not self.flow.read_paused and not self._deaf:
            if now - self._began > REQUEST_SECONDS + self._received / REQUEST_BYTES_PER_SECOND:
                self._turn_away(ProtocolError("the request did not come in time", 408))
        elif not self.busy and now - self._since > self.timeout_keep_alive:
            self.transport.close()

    # From the parser

    def on_message_begin(self) -> None:
        """A request begins; uvicorn makes its own preparations when it turns out to be uvicorn's."""
        self._between = False
        self._in_head = True
        self._began = self._since
        self._received = 0
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Whose request is it?"""
        self._in_head = False
        raw, self._raw = self._raw, None
        target = self.shared.targets.get(self.url)
        if self._deaf:
            return None
        if target is not None and self._is_free() and self.parser.get_method() == b"POST":
            keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
            head = understand(self.headers, target, keep_alive)
            if head is not None:
                if raw is not None and is_plain(raw, self.headers):
                    self.shared.remember(raw, head)
                return self._take(self._begin(Exchange(head, self._since)), head.length)
        return self._hand_over()

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        exchange = self._taken
        if exchange is not None:
            self._add(exchange, body)
        elif not self._deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request has come whole."""
        self._between = True
        exchange, self._taken = self._taken, None
        if exchange is None:
            if not self._deaf:
                super().on_message_complete()
        elif not exchange.refused:
            self._deaf = exchange.head is not None and exchange.head.last
            self._ask(exchange, b"".join(exchange.chunks))

    def on_response_complete(self) -> None:
        """uvicorn has answered one of its own."""
        self._since = time.perf_counter()
        super().on_response_complete()
        if self._deaf and not self.busy:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self._turn_away(ProtocolError(msg))

    # A request's way

    def _is_free(self) -> bool:
        """Whether uvicorn answers none on this connection."""
        return self.cycle is None or self.cycle.response_complete

    def _feed(self, data: bytes) -> None:
        end = data.find(END) if self._between else -1
        self._raw = data[:end] if end >= 0 else None
        super().data_received(data)
        if not self._between:
            self._received += len(data) if self._received else len(data.rpartition(END)[2])  # not what came before it
            if self._in_head and self._received > HEAD_BYTES and not self._deaf:
                self._turn_away(ProtocolError(f"head: more than {HEAD_BYTES} bytes", 431))

    def _hand_over(self) -> None:
        """The request is uvicorn's, which begins it at once, or when the lane's before it are answered."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        if self._exchanges:
            self.cycle = _Before()  # type: ignore[assignment]
        super().on_headers_complete()

    def _begin(self, exchange: Exchange) -> Exchange:
        self._exchanges.append(exchange)
        if exchange.head is not None:
            exchange.head.target.served.observer.inflight += 1
        return exchange

    def _take(self, exchange: Exchange, length: int) -> None:
        self._taken = exchange
        exchange.chunks, exchange.size = [], 0
        if length > self.shared.limit:
            self._refuse(exchange, too_large(self.shared.limit))
        if len(self._exchanges) > PIPELINED:
            self.flow.pause_reading()

    def _add(self, exchange: Exchange, body: bytes) -> None:
        exchange.size += len(body)
        if exchange.refused:
            if exchange.size > 2 * self.shared.limit:  # what is refused is read on, so that the client reads why
                self._deaf = True
                self.transport.close()
        elif exchange.size > self.shared.limit:
            exchange.chunks.clear()
            self._refuse(exchange, too_large(self.shared.limit))
        else:
            exchange.chunks.append(body)

    def _ask(self, exchange: Exchange, body: bytes) -> None:
        """Hands a whole request to its model's batcher, or says what is wrong with it."""
        head = exchange.head
        assert head is not None
        target, terms = head.target, head.terms
        try:
            if terms.encoding:
                body = inflate(body, terms.encoding, self.shared.limit)
            target.codec.read(exchange, body, terms.json_length)
            if terms.id is not None:
                exchange.id = exchange.id or terms.id
            timeout = exchange.asked.timeout if exchange.asked else None
            if timeout or terms.timeout != inf:
                exchange.deadline = terms.deadline(exchange.began, timeout)
            exchange.done = self._done
            target.served.batcher.submit(exchange)
        except Exception as error:
            self._refuse(exchange, told(error))

    def _answer(self, exchange: Exchange) -> None:
        """The batcher is done with it."""
        head = exchange.head
        assert head is not None
        if exchange.failure is not None:
            return self._refuse(exchange, told(exchange.failure))
        try:
            last = self._is_last(exchange)
            quick = None if last else head.target.codec.quick(exchange)
            if quick is not None and (len(quick) < WORTH_BYTES or not head.terms.accepts):
                answer = (self.shared.plain if exchange.plain else self.shared.packed) + quick
            else:
                body, json_length = head.target.codec.write(exchange)
                body, coding = deflated(body, head.terms.accepts) if head.terms.accepts else (body, None)
                answer = wire.answer(body, json_length, coding, self.shared.date, last)
        except Exception as error:
            return self._refuse(exchange, told(error))
        seconds = time.perf_counter() - exchange.began
        head.target.served.observer.answered(200, seconds, "", exchange, head.terms.trace)
        return self._leave(exchange, answer)

    def _refuse(self, exchange: Exchange, problem: ProtocolError) -> None:
        """Answers by an error."""
        exchange.refused = True
        if exchange.head is not None:
            seconds = time.perf_counter() - exchange.began
            trace = exchange.head.terms.trace
            exchange.head.target.served.observer.answered(problem.status, seconds, reason(problem), exchange, trace)
        self._leave(exchange, wire.error(problem, self.shared.date, self._is_last(exchange)))

    def _turn_away(self, problem: ProtocolError) -> None:
        """Answers what can't be read on, once and after all before it; then the connection ends."""
        self._deaf = True
        exchange = self._taken
        begins = self._between or self._in_head
        if exchange is not None and not exchange.refused:
            self._refuse(exchange, problem)
        elif exchange is None and begins:
            if self._is_free():
                self._refuse(self._begin(Exchange(None, self._since)), problem)
        else:  # it has its answer already, or it is uvicorn's, which waits for the rest
            self.transport.close()

    def _is_last(self, exchange: Exchange) -> bool:
        """Whether no answer follows: none may once the client was told so."""
        if not self._deaf and not self.shared.draining() and exchange.head is not None and not exchange.head.last:
            return False
        if self._exchanges[-1] is not exchange or self.pipeline:
            return False
        self._deaf = True
        return True

    def _leave(self, exchange: Exchange, answer: bytes) -> None:
        """Writes an answer, unless another's comes before it."""
        exchanges = self._exchanges
        if exchanges[0] is not exchange:
            exchange.answer = answer
            return
        exchanges.popleft()
        self.transport.write(answer)
        while exchanges and (waited := exchanges[0].answer) is not None:
            exchanges.popleft()
            self.transport.write(waited)
        if self.flow.read_paused:  # also while the rest of a request is still to come
            self._resume_reading()
        if exchanges:
            return
        if self.pipeline:
            super().on_response_complete()
        elif self._deaf:
            self.transport.close()

    def _resume_reading(self) -> None:
        if self._is_free() and not self.flow.write_paused and len(self._exchanges) <= PIPELINED:
            self.flow.resume_reading()
