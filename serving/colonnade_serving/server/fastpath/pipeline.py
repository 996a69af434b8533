"""A connection's requests in flight: handed to their models, and answered in the order in which they came.

What every request goes through is here, to be compiled (setup.py); connection.py has what only some do.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Any, Final, Protocol, cast

from ...clock import clock
from ...protocol.coding import WORTH_BYTES, deflated, inflate
from ...protocol.errors import ProtocolError
from ...service import GONE, deadline, to_protocol_error
from . import wire
from .head_cache import Head
from .request import ParsedRequest
from .shared import Shared

PIPELINED: Final = 64
"""A connection with more requests in flight is not read from until they are answered."""


class Connection(Protocol):
    """What a pipeline asks of its connection: uvicorn's protocol, as connection.py extends it."""

    transport: Any
    pipeline: Any
    cycle: Any

    def feed(self, data: bytes) -> None:
        """Bytes for the parser."""

    def resume_reading(self) -> None:
        """There may be room again for more requests."""

    def answered(self) -> None:
        """All that the fast path took has left."""

    def _unset_keepalive_if_required(self) -> None:
        """uvicorn's."""


class FastPathRequest(ParsedRequest):
    """A request of a connection, from its head to its answer.

    head: None for what never became a request. began: perf_counter() seconds, when the head came.
    chunks, size: of its body, while it comes. trace: its traceparent header.
    echo: its head's id, if any, until its answer has one.
    refused: its answer is an error, whatever else may come of its body.
    answer: its bytes on the wire, while they wait for those of another. owner: its pipeline, which answers it.
    """

    __slots__ = ("answer", "began", "chunks", "head", "owner", "refused", "size", "trace")

    chunks: list[bytes]
    size: int

    def __init__(self, owner: "Pipeline", head: Head | None, began: float) -> None:
        super().__init__()
        self.owner = owner
        self.head = head
        self.began = began
        self.answer: bytes | None = None
        self.refused = False
        self.trace: str | None = None

    def finish(self) -> None:
        """As InferenceTask's; no callback, since a compiled call costs a tenth of one."""
        self.owner.answer(self)


class Pipeline:
    """The requests of one connection.

    first: the oldest that is not answered; those behind it wait for it, even if they are.
    closing: nothing more is taken from the client; the connection closes when all that was taken is answered.
    pending_head: a head that was seen before, whose body comes by itself.
    between: whether the parser is between two requests.
    mixed: whether uvicorn has had a request of this connection, too. paused: whether the connection stopped reading.
    since: perf_counter() seconds, when bytes came last.
    """

    def __init__(self, shared: Shared) -> None:
        self.first: FastPathRequest | None = None
        self._behind: list[FastPathRequest] = []
        self.closing = False
        self.pending_head = b""
        self.between = True
        self.mixed = False
        self.paused = False
        self.since = clock()
        self._shared = shared
        self._connection: Connection | None = None
        self._uvicorns: Sequence[object] = ()
        self._write: Callable[[bytes], None] | None = None

    def connected(self, connection: Connection) -> None:
        """The connection has its transport. What each answer needs of both is looked up once."""
        self._connection, self._uvicorns = connection, cast(Sequence[object], connection.pipeline)
        self._write = connection.transport.write

    @property
    def free(self) -> bool:
        """Whether uvicorn answers no request of this connection."""
        if not self.mixed or self._connection is None:
            return True
        cycle = self._connection.cycle
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
        connection = self._connection
        if connection is None or self.closing:
            return
        if self.mixed:
            connection._unset_keepalive_if_required()
        now = clock()
        if self.pending_head:
            data, self.pending_head = self.pending_head + data, b""
        else:
            self.since = now
        if not (self.between and self.free and self.accept(data, self.since)):
            connection.feed(data)
        self.since = now

    def accept(self, data: bytes, now: float) -> bool:
        """Takes a whole request whose head was seen before, which needs no parser; False for anything else.

        Such a head alone waits, and comes again with the body behind it: many clients send the two apart.
        now: perf_counter() seconds, when it came.
        """
        head, match = self._shared.head_cache.find(data)
        start, length, id, trace = match
        if head is None or length > self._shared.limit:
            return False
        if len(data) == start + length:
            request = self.begin(head, now)
            if trace:
                request.trace = trace.decode()
            request.echo = id
            self.ask(request, data[start:], alone=True)
            return True
        if len(data) == start:
            self.pending_head = data
            return True
        return False

    def begin(self, head: Head | None, now: float) -> FastPathRequest:
        """A request's head has come; None for what never became a request."""
        request = FastPathRequest(self, head, now)
        if self.first is None:
            self.first = request
        else:
            self._behind.append(request)
        if head is not None:
            request.trace, id = head.headers.trace, head.headers.id
            if id is not None:
                request.echo = id.encode()
            head.target.observer.inflight += 1
        return request

    def ask(self, request: FastPathRequest, body: bytes, alone: bool = False) -> None:
        """Hands a whole request to its model's batcher, or says what is wrong with it.

        alone: no bytes came behind it. Where some did, the next request may be among them, and an answer before it was
        seen could be told to be the last.
        """
        head = request.head
        assert head is not None
        target, asked = head.target, head.headers
        try:
            if asked.encoding:
                body = inflate(body, asked.encoding, self._shared.limit)
            target.codec.read(request, body, asked.json_length)
            if request.id is None and request.echo:
                request.id = request.echo.decode()
            timeout = request.asked.timeout if request.asked else None
            if timeout or asked.timeout != inf:
                request.deadline = deadline(request.began + asked.timeout, request.began, timeout)
            target.batcher.submit(request, alone)
        except Exception as error:
            self.fail(request, error)

    def fail(self, request: FastPathRequest, error: Exception) -> None:
        """Answers what went wrong, and logs it where the client isn't to blame."""
        self.refuse(request, to_protocol_error(error, self._named(request)))

    def refuse(self, request: FastPathRequest, problem: ProtocolError) -> None:
        """Answers by an error."""
        request.refused = True
        seconds = clock() - request.began
        if request.head is None:
            self._shared.access.answered(problem.status, seconds, self._named(request), error=problem.message)
        else:
            request.head.target.observer.answered(problem.status, seconds, problem.reason, request, request.trace)
        own = self._headed(self._named(request))
        self._leave(request, wire.error(problem, own, self._is_last(request)))

    def lost(self) -> None:
        """The client is gone: what has not begun never runs."""
        now = clock()
        for request in [] if self.first is None else [self.first, *self._behind]:
            request.abandoned = True
            if request.answer is None and request.head is not None:
                request.head.target.observer.answered(GONE, now - request.began, "gone", request)
        self.first = None
        self._behind.clear()
        # cycles: a connection is to go at once, not when the collector comes round
        self._connection = self._write = None

    def answer(self, request: FastPathRequest) -> None:
        """The batcher is done with it."""
        head = request.head
        assert head is not None
        if request.failure is not None:
            return self.fail(request, request.failure)
        shared = self._shared
        try:
            last = self._is_last(request)
            before = shared.json_start if request.plain else shared.binary_start
            answer = None if last else head.target.codec.from_template(request, before)
            named, mint = self._named(request), head.target.observer.mint
            if mint is not None:
                named += mint.line(request)
            if answer is None or (head.headers.accepts and len(answer) >= WORTH_BYTES):
                body, json_length = head.target.codec.write(request)
                coding = None
                if head.headers.accepts:
                    body, coding = deflated(body, head.headers.accepts)
                answer = wire.answer(body, json_length, coding, self._headed(named), last)
            else:
                answer = b"".join((wire.GOOD, named, answer))
        except Exception as error:
            return self.fail(request, error)
        seconds = clock() - request.began
        self._leave(request, answer)
        return head.target.observer.answered(200, seconds, "", request, request.trace)

    def _named(self, request: FastPathRequest) -> bytes:
        """The answer's id, which is made where the request has none."""
        if not request.echo:
            request.echo = self._shared.ids.make()
        return request.echo

    def _headed(self, named: bytes) -> bytes:
        """The headers that an answer has whatever it says. named: its id, and other headers behind it."""
        return b"x-request-id: %b\r\n%b" % (named, self._shared.date)

    def _next(self) -> FastPathRequest | None:
        """The first is answered: who is it now?"""
        self.first = first = self._behind.pop(0) if self._behind else None
        return first

    def _is_last(self, request: FastPathRequest) -> bool:
        """Whether no answer follows: none may once the client was told so."""
        if not self.closing and not self._shared.draining and request.head is not None and not request.head.last:
            return False
        latest = self._behind[-1] if self._behind else self.first
        if latest is not request or self._uvicorns:
            return False
        self.closing = True
        return True

    def _leave(self, request: FastPathRequest, answer: bytes) -> None:
        """Writes an answer, unless another's comes before it."""
        connection, write = self._connection, self._write
        if connection is None or write is None:
            return
        if self.first is not request:
            request.answer = answer
            return
        first = self._next()
        write(answer)
        while first is not None and (waited := first.answer) is not None:
            first = self._next()
            write(waited)
        if self.paused or self.mixed:  # also while the rest of a request is still to come
            connection.resume_reading()
        if first is None and (self.closing or self._uvicorns):
            connection.answered()
