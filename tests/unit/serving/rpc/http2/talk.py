"""A server of HTTP/2 on a real socket, and a client that writes frames as it likes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from hpack import Decoder, Encoder

from colonnade_serving.rpc.http2 import Connection, Head, Receiver, Stream, frames
from colonnade_serving.rpc.status import literal

HEADERS = [(":method", "POST"), (":scheme", "http"), (":path", "/echo"), (":authority", "here")]
SECONDS = 10.0


class Echo:
    """Answers a body by itself."""

    owed = False

    def __init__(self, stream: Stream, gone: list[int]) -> None:
        self.stream = stream
        self.body = b""
        self.left = gone

    def data(self, part: bytes) -> None:
        self.body += part

    def end(self) -> None:
        self.stream.answer(b"\x88", self.body, literal(b"done", b"yes"))

    def gone(self) -> None:
        self.left.append(self.stream.id)


class Hold(Echo):
    """Doesn't answer before the test says so."""

    def end(self) -> None:
        """Waits."""


class Talk:
    """A client's side. read: the next frame of a kind, as (stream, flags, payload)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: "Serving") -> None:
        self._reader, self._writer = reader, writer
        self.server = server
        self.encoder, self.decoder = Encoder(), Decoder()

    def write(self, *data: bytes) -> None:
        self._writer.write(b"".join(data))

    async def drain(self) -> None:
        """Waits while the server takes no more."""
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()

    def ask(self, stream: int, body: bytes = b"", extra: list[tuple[str, str]] | None = None) -> None:
        block = self.encoder.encode(HEADERS + (extra or []))
        self.write(
            frames.frame(frames.HEADERS, frames.END_HEADERS, stream, block),
            frames.frame(frames.DATA, frames.END_STREAM, stream, body),
        )

    async def frame(self) -> tuple[int, int, int, bytes]:
        """The next frame: kind, stream, flags, payload."""
        async with asyncio.timeout(SECONDS):
            head, flags, stream = frames.FRAME.unpack(await self._reader.readexactly(frames.HEAD_BYTES))
            return head & 0xFF, stream, flags, await self._reader.readexactly(head >> 8)

    async def read(self, wanted: int) -> tuple[int, int, bytes]:
        while True:
            kind, stream, flags, payload = await self.frame()
            if kind == wanted:
                return stream, flags, payload

    async def body(self, stream: int) -> bytes:
        """The whole body of an answer, and the windows given back for it."""
        body = b""
        while True:
            kind, of, flags, payload = await self.frame()
            if kind == frames.DATA and of == stream:
                body += payload
                if payload:
                    more = len(payload)
                    self.write(frames.window_update(0, more), frames.window_update(stream, more))
            elif kind == frames.HEADERS and of == stream and flags & frames.END_STREAM:
                return body

    async def ended(self) -> int:
        """The error code of the GOAWAY by which the server ends the connection."""
        _, _, payload = await self.read(frames.GOAWAY)
        async with asyncio.timeout(SECONDS):
            assert await self._reader.read() == b""
        return int.from_bytes(payload[4:8])


class Serving:
    """The server's side."""

    def __init__(self, kind: type[Echo]) -> None:
        self._kind = kind
        self.connections: set[Connection] = set()
        self.receivers: dict[int, Echo] = {}
        self.gone: list[int] = []
        self.address: tuple[str, int] = ("127.0.0.1", 0)

    def opened(self, stream: Stream, head: Head) -> Receiver:
        receiver = self.receivers[stream.id] = self._kind(stream, self.gone)
        return receiver


@asynccontextmanager
async def talk(kind: type[Echo] = Echo, *, greet: bool = True) -> AsyncIterator[Talk]:
    """A connection to a server of its own."""
    serving = Serving(kind)
    loop = asyncio.get_running_loop()

    def connection() -> asyncio.Protocol:
        return cast(asyncio.Protocol, Connection(serving.opened, serving.connections))

    server = await loop.create_server(connection, "127.0.0.1", 0)
    serving.address = server.sockets[0].getsockname()
    try:
        async with _connected(serving, greet) as found:
            yield found
    finally:
        server.close()


@asynccontextmanager
async def neighbour(client: Talk) -> AsyncIterator[Talk]:
    """Another connection to the same server."""
    async with _connected(client.server, greet=True) as found:
        yield found


@asynccontextmanager
async def _connected(serving: Serving, greet: bool) -> AsyncIterator[Talk]:
    reader, writer = await asyncio.open_connection(*serving.address)
    try:
        found = Talk(reader, writer, serving)
        if greet:
            found.write(frames.PREFACE, frames.settings({}))
        yield found
    finally:
        writer.close()
