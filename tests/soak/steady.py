"""Clients that ask rightly, at a set rate, over connections that are kept. Every answer is checked."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import uvloop

from .questions import Question

TICK_SECONDS = 0.001
LAST_ANSWERS_SECONDS = 10.0
PIPELINED = 4


@dataclass
class Seen:
    """What came back: answers by status, right ones of those with 200, and questions that nobody answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    right: int = 0
    unanswered: int = 0
    seconds: float = 0.0
    worst_seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return self.statuses.total() + self.unanswered

    @property
    def failed(self) -> int:
        return self.asked - self.right

    @property
    def rate(self) -> float:
        return self.right / self.seconds if self.seconds else 0.0

    def fault(self, what: str) -> None:
        if len(self.faults) < 20:
            self.faults.append(what)


class Asker(asyncio.Protocol):
    """One connection. It is free when all it asked is answered; it reconnects when the server closes it in between."""

    def __init__(self, load: "Load", depth: int) -> None:
        self.depth = depth
        self._load, self._waiting, self._buffer = load, deque[tuple[Question, float]](), b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._load.free.append(self)

    def ask(self, questions: Sequence[Question], now: float) -> None:
        assert self._transport is not None
        self._waiting.extend((question, now) for question in questions)
        self._transport.write(b"".join([question.request for question in questions]))

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        leaving = False
        while data and (answer := split(data)):
            data, leaving = answer.rest, answer.last
            if not self._waiting:
                self._load.seen.fault(f"an answer that nobody asked for: {answer.body[:200]!r}")
                break
            self._judge(answer.status, answer.body)
        self._buffer = data
        if leaving:
            self.leave()
        elif not self._waiting:
            self._load.free.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting:
            self._load.seen.unanswered += len(self._waiting)
            self._load.seen.fault(f"closed with {len(self._waiting)} unanswered, {self._buffer[:200]!r} read: {error}")
        self._load.lost(self)

    def leave(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _judge(self, status: int, body: bytes) -> None:
        question, asked = self._waiting.popleft()
        seen = self._load.seen
        seen.statuses[status] += 1
        seen.worst_seconds = max(seen.worst_seconds, time.perf_counter() - asked)
        if status == 200 and question.is_right(body):
            seen.right += 1
        else:
            seen.fault(f"{status} to {question.id}: {body[:200]!r}")


class Answer(NamedTuple):
    status: int
    body: bytes
    rest: bytes  # what follows it
    last: bool  # the server says that it closes


def split(data: bytes) -> Answer | None:
    """The first answer; None while it isn't whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = data[: end + 2].lower()
    at = head.find(b"\r\ncontent-length:")
    length = int(head[at + 17 : head.index(b"\r\n", at + 2)]) if at >= 0 else 0
    whole = end + 4 + length
    if len(data) < whole:
        return None
    return Answer(int(head[9:12]), data[end + 4 : whole], data[whole:], b"\r\nconnection: close\r\n" in head)


class Load:
    """Keeps connections, and lets free ones ask when it is time.

    rate: requests a second; None: as many as it can. faithful: a connection that the server closed is made anew.
    """

    def __init__(self, questions: Sequence[Question], rate: float | None, faithful: bool = True) -> None:
        self.seen, self.free = Seen(), deque[Asker]()
        self._questions, self._rate, self._next = questions, rate, 0
        self._ending = not faithful
        self._all: set[Asker] = set()
        self._reconnecting: set[asyncio.Task[None]] = set()
        self._port = 0

    async def run(self, port: int, connections: int, seconds: float) -> Seen:
        """Every eighth connection sends several requests at once."""
        self._port = port
        await asyncio.gather(*(self._connect(PIPELINED if i % 8 == 7 else 1) for i in range(connections)))
        began = time.perf_counter()
        sent = 0
        while self._all and (spent := time.perf_counter() - began) < seconds:
            due = int(spent * self._rate) - sent if self._rate else connections * PIPELINED
            sent += self._ask(due)
            await asyncio.sleep(TICK_SECONDS if self._rate else 0)
        self.seen.seconds = time.perf_counter() - began
        await self._end()
        return self.seen

    def lost(self, asker: Asker) -> None:
        self._all.discard(asker)
        if asker in self.free:
            self.free.remove(asker)
        if not self._ending:
            task = asyncio.get_running_loop().create_task(self._connect(asker.depth))
            self._reconnecting.add(task)
            task.add_done_callback(self._reconnecting.discard)

    def _ask(self, due: int) -> int:
        sent, now = 0, time.perf_counter()
        while sent < due and self.free:
            asker = self.free.popleft()
            start = self._next % len(self._questions)
            chosen = self._questions[start : start + asker.depth]
            self._next = start + len(chosen)
            asker.ask(chosen, now)
            sent += len(chosen)
        return sent

    async def _connect(self, depth: int) -> None:
        try:
            _, asker = await asyncio.get_running_loop().create_connection(
                lambda: Asker(self, depth), "127.0.0.1", self._port
            )
            self._all.add(asker)
        except OSError as error:
            self.seen.fault(f"could not connect: {error}")
            self.seen.unanswered += 1

    async def _end(self) -> None:
        end = time.monotonic() + LAST_ANSWERS_SECONDS
        while len(self.free) < len(self._all) and time.monotonic() < end:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.01)
        self._ending = True
        for asker in list(self._all):
            asker.leave()
        while self._all and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def run(
    port: int,
    questions: Sequence[Question],
    rate: float | None,
    connections: int,
    seconds: float,
    *,
    faithful: bool = True,
) -> Seen:
    """A whole load, in a thread or process of its own."""
    return uvloop.run(Load(questions, rate, faithful).run(port, connections, seconds))
