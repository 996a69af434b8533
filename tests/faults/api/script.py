"""What goes wrong: with calls, to be given to `Proxy.on_call`, and with watches, for `Proxy.on_watch`."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Container
from typing import Any

from tests.harness.proxy import Answer, Call, Forward, Lost, OnCall, OnWatch

Strike = Callable[[], None]
Due = Callable[[Call], bool]


class Nth:
    """Due at the write of this number, which is remembered."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.struck: Call | None = None

    def __str__(self) -> str:
        return str(self.struck or f"write {self.number}, which never came")

    def __call__(self, call: Call) -> bool:
        if call.number != self.number:
            return False
        self.struck = call
        return True


class Every:
    """Due at every `period`th call of those that `concerns` names."""

    def __init__(self, period: int, concerns: Due) -> None:
        self.period, self.concerns, self.count = period, concerns, 0

    def __call__(self, call: Call) -> bool:
        self.count += self.concerns(call)
        return self.concerns(call) and self.count % self.period == 0


class First:
    """Due the first `times` times that each thing is asked for, of those that `concerns` names."""

    def __init__(self, concerns: Due, times: int = 1) -> None:
        self.concerns, self.times = concerns, times
        self.struck: Counter[tuple[str, str]] = Counter()

    def __call__(self, call: Call) -> bool:
        if not self.concerns(call):
            return False
        self.struck[call.verb, call.path] += 1
        return self.struck[call.verb, call.path] <= self.times


def watched(due: Due) -> OnCall:
    """Nothing goes wrong; what is due is noted."""

    async def on_call(call: Call, forward: Forward) -> Answer:
        due(call)
        return await forward()

    return on_call


def before(due: Due, strike: Strike = lambda: None) -> OnCall:
    """Strikes, and the call never reaches the API server."""

    async def on_call(call: Call, forward: Forward) -> Answer:
        if due(call):
            strike()
            raise Lost
        return await forward()

    return on_call


def after(due: Due, strike: Strike = lambda: None) -> OnCall:
    """The API server does what it is asked to; then strikes, and its answer is lost."""

    async def on_call(call: Call, forward: Forward) -> Answer:
        answer = await forward()
        if due(call):
            strike()
            raise Lost
        return answer

    return on_call


def refused(due: Due, status: int, reason: str, **headers: str) -> OnCall:
    """Answered in the API server's place."""
    said = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": status}
    answer = Answer(status, json.dumps(said).encode(), {"Content-Type": "application/json", **headers})

    async def on_call(call: Call, forward: Forward) -> Answer:
        return answer if due(call) else await forward()

    return on_call


def hung(due: Due) -> OnCall:
    """No answer, until the caller is tired of waiting."""

    async def on_call(call: Call, forward: Forward) -> Answer:
        if due(call):
            await asyncio.Event().wait()
        return await forward()

    return on_call


def late(due: Due, strike: Strike, released: asyncio.Event) -> OnCall:
    """Strikes; the call reaches the API server when it is released."""

    async def on_call(call: Call, forward: Forward) -> Answer:
        if due(call):
            strike()
            await released.wait()
        return await forward()

    return on_call


def gone_after(events: int) -> OnWatch:
    """Each watch ends with 410 Gone after so many events."""
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Expired", "code": 410}

    async def on_watch(_resource: str, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        heard = 0
        async for line in lines:
            if heard == events:
                yield _line({"type": "ERROR", "object": {**status, "message": "too old resource version"}})
                return
            yield line
            heard += not _is_bookmark(line)

    return on_watch


def cut_after(events: int) -> OnWatch:
    """Each watch ends in the midst of an event after so many others."""

    async def on_watch(_resource: str, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        heard = 0
        async for line in lines:
            if heard == events:
                yield line[: len(line) // 2]
                return
            yield line
            heard += not _is_bookmark(line)

    return on_watch


def deaf_while(frozen: asyncio.Event, resources: Container[str]) -> OnWatch:
    """These streams stay open, and what they tell meanwhile is never heard."""

    async def on_watch(resource: str, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for line in lines:
            if resource not in resources or not frozen.is_set():
                yield line

    return on_watch


def times(copies: Callable[[int], int]) -> OnWatch:
    """copies: how often the event of this number (from 1, over all watches) is told; 0: never."""
    count = 0

    async def on_watch(_resource: str, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        nonlocal count
        async for line in lines:
            if _is_bookmark(line):
                yield line
                continue
            count += 1
            for _ in range(copies(count)):
                yield line

    return on_watch


def relapsing() -> OnWatch:
    """Each event is told again after the next one, as by a server that lags behind another."""

    async def on_watch(_resource: str, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        before = b""
        async for line in lines:
            yield line
            if before:
                yield before
            before = b"" if _is_bookmark(line) else line

    return on_watch


def _is_bookmark(line: bytes) -> bool:
    return bool(json.loads(line)["type"] == "BOOKMARK")


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode() + b"\n"
