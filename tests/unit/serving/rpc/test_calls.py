"""A streaming call's messages, given out as its method gets on with them."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import pytest

from colonnade_serving.request_ids import RequestIds
from colonnade_serving.rpc.calls import AT_ONCE, PREFIX, Asked, Call, Method
from colonnade_serving.rpc.http2 import frames
from tests.unit.serving.rpc.http2.talk import Talk, talk

LIMIT = 1 << 20


class Desk:
    """A streaming method that takes messages and is done with none before it is told so."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.open: list[Call] = []
        self.calls: list[Call] = []
        self._looked = asyncio.Event()

    def take(self, call: Call, message: bytes) -> None:
        self.taken.append(message)
        self.open.append(call)
        self._looked.set()

    async def until(self, messages: int) -> None:
        """Until so many were taken."""
        async with asyncio.timeout(60):
            while len(self.taken) < messages:
                self._looked.clear()
                await self._looked.wait()

    def finish_all(self) -> None:
        finished, self.open = self.open, []
        for call in finished:
            call.taken()

    def receiver(self, encoding: str) -> Any:
        asked = Asked(Method(self.take, streaming=True), inf, encoding, b"", None, None)

        def make(stream: Any, _: list[int]) -> Call:
            self.calls.append(Call(stream, asked, RequestIds(), LIMIT))
            return self.calls[-1]

        return make


@asynccontextmanager
async def calling(desk: Desk, encoding: str = "identity") -> AsyncIterator[Talk]:
    async with talk(desk.receiver(encoding)) as client:
        yield client


def message(text: bytes, compressed: bool = False) -> bytes:
    return PREFIX.pack(compressed, len(text)) + text


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def test_messages_that_came_at_once_wait_until_others_are_done():
    texts = [b"%d" % n for n in range(1500)]

    async def story() -> None:
        desk = Desk()
        async with calling(desk) as client:
            client.ask(1, b"".join(map(message, texts)))
            await desk.until(1)
            while desk.open:
                assert len(desk.open) <= AT_ONCE
                desk.finish_all()
            assert desk.taken == texts
            _, flags, _ = await client.read(frames.HEADERS)
            assert not flags & frames.END_STREAM
            _, flags, _ = await client.read(frames.HEADERS)
            assert flags & frames.END_STREAM

    run(story)


def test_a_client_owes_nothing_while_its_messages_wait():
    async def story() -> None:
        desk = Desk()
        async with calling(desk) as client:
            client.ask(1, b"".join([message(b"text")] * (AT_ONCE + 1)))
            await desk.until(AT_ONCE)
            assert [call.owed for call in desk.calls] == [False]

    run(story)


@pytest.mark.parametrize("last", [PREFIX.pack(0, LIMIT + 1), PREFIX.pack(0, 4) + b"hal", b"\0\0"])
def test_a_message_that_is_too_long_or_not_whole_is_refused_after_those_before_it(last: bytes):
    async def story() -> None:
        desk = Desk()
        async with calling(desk) as client:
            client.ask(1, b"".join([message(b"text")] * (2 * AT_ONCE)) + last)
            await desk.until(AT_ONCE)
            while desk.open:
                desk.finish_all()
            assert len(desk.taken) == 2 * AT_ONCE
            _, _, block = await client.read(frames.HEADERS)
            assert dict(client.decoder.decode(block, raw=True))[b"grpc-status"] != b"0"

    run(story)


def test_a_message_that_is_no_gzip_ends_its_call_alone():
    async def story() -> None:
        desk = Desk()
        async with calling(desk, "gzip") as client:
            client.ask(1, message(gzip.compress(b"good"), True) + message(b"bad", True))
            client.ask(3, message(gzip.compress(b"other"), True))
            stream, flags, _ = await client.read(frames.HEADERS)
            assert (stream, bool(flags & frames.END_STREAM)) == (1, True)
            await desk.until(2)
            assert desk.taken == [b"good", b"other"]

    run(story)
