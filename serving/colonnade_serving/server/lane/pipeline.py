"""A connection's requests in flight: handed to their models, and answered in the order in which they came.

What every request goes through is here, to be compiled (setup.py); lane.py has what only some do.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING, Final, cast

from ...clock import clock
from ...protocol.coding import WORTH_BYTES, deflated, inflate
from ...protocol.errors import ProtocolError
from ..faults import GONE, reason, told
from . import wire
from .exchange import Exchange
from .heads import Head
from .shared import Shared

if TYPE_CHECKING:
    from .lane import Lane

PIPELINED: Final = 64
"""A connection with more requests in flight is not read from until they are answered."""


class Pipeline:
    """The exchanges of one connection.

    first: the oldest that is not answered; those behind it wait for it, even if they are.
    deaf: nothing more is taken from the client; the connection closes when all that was taken is answered.
    held: a head that was seen before, whose body comes by itself. between: whether the parser is between two requests.
    mixed: whether uvicorn has had a request of this connection, too. paused: whether the lane stopped reading.
    since: perf_counter() seconds, when bytes came last.
    """

    def __init__(self, shared: Shared) -> None:
        self.first: Exchange | None = None
        self._behind: list[Exchange] = []
        self.deaf = False
        self.held = b""
        self.between = True
        self.mixed = False
        self.paused = False
        self.since = clock()
        self._shared = shared
        self._lane: Lane | None = None
        self._uvicorns: Sequence[object] = ()
        self._write: Callable[[bytes], None] | None = None

    def connected(self, lane: "Lane") -> None:
        """The lane has its transport. What each answer needs of both is looked up once."""
        self._lane, self._uvicorns = lane, cast(Sequence[object], lane.pipeline)
        self._write = lane.transport.write

    @property
    def free(self) -> bool:
        """Whether uvicorn answers no request of this connection."""
        if not self.mixed or self._lane is None:
            return True
        cycle = self._lane.cycle
        return cycle is None or cycle.response_complete

    @property
    def count(self) -> int:
        """How many requests are not answered."""
        return 0 if self.first is None else 1 + len(self._behind)

    @property
    def full(self) -> bool:
        """Whether no more should be read before some are answered."""
        return len(self._behind) >= PIPELINED

    def received(self, data: bytes) -> None:
        """Bytes from the client. A head that was seen before needs no parser when its whole body comes next."""
        lane = self._lane
        if lane is None or self.deaf:
            return
        if self.mixed:
            lane._unset_keepalive_if_required()
        now = clock()
        if self.held:
            data, self.held = self.held + data, b""
        else:
            self.since = now
        if not (self.between and self.free and self.take(data, self.since)):
            lane.feed(data)
        self.since = now

    def take(self, data: bytes, now: float) -> bool:
        """Takes a whole request whose head was seen before, which needs no parser; False for anything else.

        Such a head alone is held, and comes again with the body behind it: many clients send the two apart.
        now: perf_counter() seconds, when it came.
        """
        head, match = self._shared.heads.find(data)
        start, length, id, trace = match
        if head is None or length > self._shared.limit:
            return False
        if len(data) == start + length:
            exchange = self.begin(head, now)
            if trace:
                exchange.trace = trace.decode()
            exchange.echo = id
            self.ask(exchange, data[start:], alone=True)
            return True
        if len(data) == start:
            self.held = data
            return True
        return False

    def begin(self, head: Head | None, now: float) -> Exchange:
        """A request's head has come; None for what never became a request."""
        exchange = Exchange(head, now)
        exchange.pipeline = self
        if self.first is None:
            self.first = exchange
        else:
            self._behind.append(exchange)
        if head is not None:
            exchange.trace, id = head.terms.trace, head.terms.id
            if id is not None:
                exchange.echo = id.encode()
            head.target.observer.inflight += 1
        return exchange

    def ask(self, exchange: Exchange, body: bytes, alone: bool = False) -> None:
        """Hands a whole request to its model's batcher, or says what is wrong with it.

        alone: no bytes came behind it. Where some did, the next request may be among them, and an answer before it was
        seen could be told to be the last.
        """
        head = exchange.head
        assert head is not None
        target, terms = head.target, head.terms
        try:
            if terms.encoding:
                body = inflate(body, terms.encoding, self._shared.limit)
            target.codec.read(exchange, body, terms.json_length)
            if exchange.id is None and exchange.echo:
                exchange.id = exchange.echo.decode()
            timeout = exchange.asked.timeout if exchange.asked else None
            if timeout or terms.timeout != inf:
                exchange.deadline = terms.deadline(exchange.began, timeout)
            target.batcher.submit(exchange, alone)
        except Exception as error:
            self.fail(exchange, error)

    def fail(self, exchange: Exchange, error: Exception) -> None:
        """Answers what went wrong, and logs it where the client isn't to blame."""
        self.refuse(exchange, told(error, self._named(exchange)))

    def refuse(self, exchange: Exchange, problem: ProtocolError) -> None:
        """Answers by an error."""
        exchange.refused = True
        seconds = clock() - exchange.began
        if exchange.head is None:
            self._shared.access.answered(problem.status, seconds, self._named(exchange), error=problem.message)
        else:
            exchange.head.target.observer.answered(problem.status, seconds, reason(problem), exchange, exchange.trace)
        self._leave(exchange, wire.error(problem, self._headers(exchange), self._is_last(exchange)))

    def lost(self) -> None:
        """The client is gone: what has not begun never runs."""
        now = clock()
        for exchange in [] if self.first is None else [self.first, *self._behind]:
            exchange.abandoned = True
            if exchange.answer is None and exchange.head is not None:
                exchange.head.target.observer.answered(GONE, now - exchange.began, "gone", exchange)
        self.first = None
        self._behind.clear()
        # cycles: a connection is to go at once, not when the collector comes round
        self._lane = self._write = None

    def answer(self, exchange: Exchange) -> None:
        """The batcher is done with it."""
        head = exchange.head
        assert head is not None
        if exchange.failure is not None:
            return self.fail(exchange, exchange.failure)
        shared = self._shared
        try:
            last = self._is_last(exchange)
            before = shared.plain if exchange.plain else shared.packed
            answer = None if last else head.target.codec.quick(exchange, before)
            if answer is None or (head.terms.accepts and len(answer) >= WORTH_BYTES):
                body, json_length = head.target.codec.write(exchange)
                coding = None
                if head.terms.accepts:
                    body, coding = deflated(body, head.terms.accepts)
                answer = wire.answer(body, json_length, coding, self._headers(exchange), last)
            else:
                answer = b"".join((wire.GOOD, self._named(exchange), answer))
        except Exception as error:
            return self.fail(exchange, error)
        seconds = clock() - exchange.began
        self._leave(exchange, answer)
        return head.target.observer.answered(200, seconds, "", exchange, exchange.trace)

    def _named(self, exchange: Exchange) -> bytes:
        """The answer's id, which is made where the request has none."""
        if not exchange.echo:
            exchange.echo = self._shared.ids.make()
        return exchange.echo

    def _headers(self, exchange: Exchange) -> bytes:
        """The headers that its answer has whatever it says."""
        return b"x-request-id: %b\r\n%b" % (self._named(exchange), self._shared.date)

    def _next(self) -> Exchange | None:
        """The first is answered: who is it now?"""
        self.first = first = self._behind.pop(0) if self._behind else None
        return first

    def _is_last(self, exchange: Exchange) -> bool:
        """Whether no answer follows: none may once the client was told so."""
        if not self.deaf and not self._shared.draining and exchange.head is not None and not exchange.head.last:
            return False
        latest = self._behind[-1] if self._behind else self.first
        if latest is not exchange or self._uvicorns:
            return False
        self.deaf = True
        return True

    def _leave(self, exchange: Exchange, answer: bytes) -> None:
        """Writes an answer, unless another's comes before it."""
        lane, write = self._lane, self._write
        if lane is None or write is None:
            return
        if self.first is not exchange:
            exchange.answer = answer
            return
        first = self._next()
        write(answer)
        while first is not None and (waited := first.answer) is not None:
            first = self._next()
            write(waited)
        if self.paused or self.mixed:  # also while the rest of a request is still to come
            lane.resume_reading()
        if first is None and (self.deaf or self._uvicorns):
            lane.answered()
