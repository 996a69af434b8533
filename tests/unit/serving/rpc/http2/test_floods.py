"""A client that floods is let go after bounded work, by GOAWAY and ENHANCE_YOUR_CALM; its neighbours notice nothing."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from colonnade_serving.rpc.http2 import ErrorCode, frames
from colonnade_serving.rpc.http2.connection import STREAMS
from colonnade_serving.rpc.status import literal
from tests.unit.serving.rpc.http2.talk import HEADERS, Hold, Talk, neighbour, talk

PIECES = 1_000_000
AT_ONCE = 500
Piece = Callable[[Talk, int], bytes]


def _head(client: Talk, stream: int, flags: int = frames.END_HEADERS) -> bytes:
    return frames.frame(frames.HEADERS, flags, stream, client.encoder.encode(HEADERS))


def _rapid_reset(client: Talk, stream: int) -> bytes:
    """CVE-2023-44487."""
    return _head(client, stream) + frames.reset(stream, ErrorCode.CANCEL)


def _made_you_reset(client: Talk, stream: int) -> bytes:
    """CVE-2025-8671: the server itself resets what was a proper request."""
    return _head(client, stream) + frames.window_update(stream, 0)


def _data_after_the_end(client: Talk, stream: int) -> bytes:
    whole = _head(client, stream, frames.END_HEADERS | frames.END_STREAM)
    return whole + frames.frame(frames.DATA, 0, stream, b"x") * 2


def _malformed(client: Talk, stream: int) -> bytes:
    return frames.frame(frames.HEADERS, frames.END_HEADERS, stream, client.encoder.encode([(":method", "GET")]))


def _continuations(client: Talk, stream: int) -> bytes:
    """A header block that never ends, and never grows."""
    begun = frames.frame(frames.HEADERS, 0, 1, client.encoder.encode(HEADERS)) if stream == 1 else b""
    return begun + frames.frame(frames.CONTINUATION, 0, 1)


def _within(client: Talk, stream: int, repeated: bytes) -> bytes:
    return (_head(client, 1) if stream == 1 else b"") + repeated


def _byte_by_byte(client: Talk, stream: int) -> bytes:
    """CVE-2019-9511: an answer that leaves in frames of one byte each. Each DATA frame is one that we send."""
    if stream > 1:
        return frames.window_update(1, 1)
    whole = _head(client, 1, frames.END_HEADERS | frames.END_STREAM)
    return frames.settings({frames.INITIAL_WINDOW: 0}) + whole


FLOODS: dict[str, Piece] = {
    "rapid reset": _rapid_reset,
    "made you reset": _made_you_reset,
    "data after the end": _data_after_the_end,
    "malformed requests": _malformed,
    "priority of itself": lambda c, s: frames.frame(frames.PRIORITY, 0, s, frames.UINT32.pack(s) + b"\0"),
    "pings": lambda c, s: frames.frame(frames.PING, 0, 0, b"are you?"),
    "answers to pings": lambda c, s: frames.frame(frames.PING, frames.ACK, 0, b"I never!"),
    "settings": lambda c, s: frames.settings({frames.INITIAL_WINDOW: s}),
    "empty settings": lambda c, s: frames.settings({}),
    "answers to settings": lambda c, s: frames.frame(frames.SETTINGS, frames.ACK, 0),
    "priorities": lambda c, s: frames.frame(frames.PRIORITY, 0, s, b"\0\0\0\0\0"),
    "windows": lambda c, s: frames.window_update(0, 1),
    "windows of a stream": lambda c, s: _within(c, s, frames.window_update(1, 1)),
    "windows byte by byte": _byte_by_byte,
    "empty data": lambda c, s: _within(c, s, frames.frame(frames.DATA, 0, 1)),
    "padding alone": lambda c, s: _within(c, s, frames.frame(frames.DATA, frames.PADDED, 1, b"\0")),
    "continuations": _continuations,
    "goaways": lambda c, s: frames.goaway(0, ErrorCode.NO_ERROR),
    "unknown frames": lambda c, s: frames.frame(0xFA, 0, 0),
}


async def flooded(client: Talk, piece: Piece) -> int:
    """Sends pieces while the server takes any; returns by which code it ended, 0 if it didn't."""
    ending = asyncio.create_task(client.ended())
    for begin in range(0, PIECES, AT_ONCE):
        if ending.done():
            break
        client.write(*(piece(client, 2 * n + 1) for n in range(begin, begin + AT_ONCE)))
        with contextlib.suppress(ConnectionError):
            await client.drain()
        await asyncio.sleep(0)
    else:
        ending.cancel()
        return 0
    return await ending


class Large(Hold):
    """Has more to say than any window takes."""

    def end(self) -> None:
        self.stream.start(b"\x88")
        self.stream.send(bytes(4_000_000))


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_ends_its_connection(name: str):
    async with talk(Large) as client:
        assert await flooded(client, FLOODS[name]) == ErrorCode.ENHANCE_YOUR_CALM
        assert all(receiver.stream.closed for receiver in client.server.receivers.values())


class Early(Hold):
    """Answers before its client is done, as who refuses a message by its length."""

    def data(self, part: bytes) -> None:
        self.stream.answer(b"\x88", b"", literal(b"too", b"long"))


async def test_a_flood_of_requests_that_are_refused_early_ends_its_connection():
    async with talk(Early) as client:
        flood = flooded(client, lambda c, s: _head(c, s) + frames.frame(frames.DATA, 0, s, b"x"))
        assert await flood == ErrorCode.ENHANCE_YOUR_CALM


async def test_a_neighbour_of_a_flood_is_answered():
    async with talk() as client, neighbour(client) as other:
        flood = asyncio.create_task(flooded(client, _rapid_reset))
        for stream in range(1, 40, 2):
            other.ask(stream, b"hello")
            assert await other.body(stream) == b"hello"
        assert await flood == ErrorCode.ENHANCE_YOUR_CALM
        other.ask(41, b"still here")
        assert await other.body(41) == b"still here"


async def test_a_list_of_headers_that_unfolds_is_not_unfolded():
    """An HPACK bomb: a field in the table, and a thousand bytes that point at it."""
    async with talk() as client:
        long = client.encoder.encode([("x", "v" * 4000)])
        client.write(frames.frame(frames.HEADERS, frames.END_HEADERS, 1, long + b"\xbe" * 1000))
        assert await client.ended() == ErrorCode.ENHANCE_YOUR_CALM


async def test_who_pings_cancels_and_gives_windows_back_while_it_asks_may_go_on():
    """As grpcio measures a connection, and as clients hedge: far more than a burst of each, beside answers."""
    async with talk() as client:
        stream = 1
        for _ in range(300):
            for _ in range(20):
                client.write(_rapid_reset(client, stream), *(frames.window_update(0, 5) for _ in range(8)))
                client.ask(stream + 2, b"hello")
                client.ask(stream + 4, b"again")
                stream += 6
            client.write(frames.frame(frames.PING, 0, 0, b"are you?"))
            await client.read(frames.PING)


async def test_all_streams_may_be_cancelled_at_once_and_again():
    async with talk(Hold) as client:
        stream = 1
        for _ in range(4):
            opened = range(stream, stream + 2 * STREAMS, 2)
            client.write(*(_head(client, one) for one in opened))
            client.write(*(frames.reset(one, ErrorCode.CANCEL) for one in opened))
            stream += 2 * STREAMS
        client.write(frames.frame(frames.PING, 0, 0, b"are you?"))
        assert (await client.read(frames.PING))[2] == b"are you?"
