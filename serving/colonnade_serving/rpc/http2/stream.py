"""One request and its answer on a connection."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from .budget import Budget
from .frames import DATA, END_HEADERS, END_STREAM, FRAME, HEADERS, ErrorCode, window_update
from .settings import Peer

WINDOW = 1 << 20
"""Bytes that a client may send on a stream before it is told to go on."""
WORTH = 1024
"""A shorter piece of a message is no work done: a client whose windows open byte by byte makes them."""


class Receiver(Protocol):
    """Hears what comes on a stream. owed: whether the client has yet to finish what it began."""

    @property
    def owed(self) -> bool: ...

    def data(self, part: bytes) -> None:
        """A part of the body."""

    def end(self) -> None:
        """The body is whole."""

    def gone(self) -> None:
        """The client left, or the stream was reset: nobody hears an answer."""


class Sink:
    """Where a stream's frames go, which is its connection.

    A class and no typing.Protocol: a native class finds a base's attributes at once, those of a protocol by name.
    window: bytes that may be sent now. peer: what it can take. blocked: streams that wait for a window, by id.
    """

    budget: Budget
    peer: Peer
    window: int
    blocked: dict[int, Stream]

    def write(self, data: bytes) -> None:
        """Sends frames."""
        raise NotImplementedError

    def close_stream(self, stream: Stream) -> None:
        """The answer is out."""
        raise NotImplementedError

    def reset_stream(self, stream: Stream, code: ErrorCode) -> None:
        """Ends a stream both ways, at once."""
        raise NotImplementedError


class Stream:
    """Made by its connection. What is sent waits for the peer's windows, in order; the receiver hears of what comes."""

    __slots__ = (
        "_seen",
        "allowed",
        "closed",
        "connection",
        "content_length",
        "ended",
        "id",
        "paused",
        "received",
        "receiver",
        "started",
        "trailers",
        "unsent",
        "window",
    )

    def __init__(self, connection: Sink, id: int, window: int) -> None:
        """window: bytes that may be sent now. allowed: bytes that the peer may still send. paused: it gets no more."""
        self.connection = connection
        self.id = id
        self.window = window
        self.allowed = WINDOW
        self.paused = False
        self._seen: tuple[int, int] | None = None
        self.receiver: Receiver | None = None
        self.content_length = -1
        self.received = 0
        self.ended = False
        self.started = False
        self.closed = False
        self.unsent: deque[bytes | memoryview] | None = None
        self.trailers: bytes | None = None

    def stalled(self) -> bool:
        """Whether the client owes something and nothing moved since the last call."""
        owed = self.id in self.connection.blocked or (self.receiver is not None and self.receiver.owed)
        seen = (self.received, self.window) if owed else None
        stalled = owed and seen == self._seen
        self._seen = seen
        return stalled

    def answer(self, headers: bytes, body: bytes, trailers: bytes) -> None:
        """Sends a whole answer; headers and trailers are header blocks. Nothing when the stream is closed."""
        if self.closed:
            return
        size = len(body)
        connection = self.connection
        if (
            self.unsent is None
            and size <= self.window
            and size <= connection.window
            and size <= connection.peer.max_frame
        ):
            connection.window -= size
            id = self.id
            connection.write(
                b"".join(
                    (
                        FRAME.pack(len(headers) << 8 | HEADERS, END_HEADERS, id),
                        headers,
                        FRAME.pack(size << 8 | DATA, 0, id),
                        body,
                        FRAME.pack(len(trailers) << 8 | HEADERS, END_HEADERS | END_STREAM, id),
                        trailers,
                    )
                )
            )
            connection.close_stream(self)
            return
        self.start(headers)
        self.send(body)
        self.finish(trailers)

    def start(self, headers: bytes) -> None:
        """Sends the answer's headers."""
        if not self.closed:
            self.started = True
            self.connection.write(FRAME.pack(len(headers) << 8 | HEADERS, END_HEADERS, self.id) + headers)

    def send(self, body: bytes) -> None:
        """Sends a part of the body, as the windows allow."""
        if self.closed or not body:
            return
        if self.unsent is None:
            self.unsent = deque()
        self.unsent.append(body)
        self.push()

    def finish(self, trailers: bytes) -> None:
        """Ends the stream behind what still waits. Without start() the trailers are the whole answer."""
        if not self.closed:
            self.trailers = trailers
            self.push()

    def allow_more(self) -> None:
        """Lets the peer go on sending."""
        self.paused = False
        if not (self.closed or self.ended) and self.allowed < WINDOW:
            self.connection.write(window_update(self.id, WINDOW - self.allowed))
            self.allowed = WINDOW

    def reset(self, code: ErrorCode) -> None:
        """Ends the stream at once."""
        self.connection.reset_stream(self, code)

    def push(self) -> None:
        """Sends what the windows allow, and the trailers when nothing is left."""
        connection, waiting = self.connection, self.unsent
        while waiting:
            room = min(self.window, connection.window, connection.peer.max_frame)
            if room <= 0:
                connection.blocked[self.id] = self
                return
            part = waiting.popleft()
            if len(part) > room:
                waiting.appendleft(memoryview(part)[room:])
                part = part[:room]
            self.window -= len(part)
            connection.window -= len(part)
            connection.write(b"".join((FRAME.pack(len(part) << 8 | DATA, 0, self.id), part)))
            if type(part) is bytes or len(part) >= WORTH:
                connection.budget.earn()
        connection.blocked.pop(self.id, None)
        if self.paused:
            self.allow_more()
        if self.trailers is not None:
            trailers = self.trailers
            connection.write(FRAME.pack(len(trailers) << 8 | HEADERS, END_HEADERS | END_STREAM, self.id) + trailers)
            connection.close_stream(self)
