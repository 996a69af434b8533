"""How long the server waits for a client; the clock is the caller's."""

import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from colonnade_serving.guard import Guard
from colonnade_serving.models import Models
from colonnade_serving.request_ids import RequestIds
from colonnade_serving.server.fastpath import HttpConnection, Shared
from colonnade_serving.settings import Settings
from tests.serving.raw import get, post

HOUR = 3600.0


class Heard(HttpConnection):
    """Tells when the client's bytes have come."""

    heard: asyncio.Event

    def feed(self, data: bytes) -> None:
        super().feed(data)
        self.heard.set()


class Connection:
    """A client's side, and the server's protocol behind it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: Heard) -> None:
        self.reader, self.writer, self.connection = reader, writer, connection

    async def sent(self, data: bytes) -> None:
        """Sends, and waits until the server has read some of it."""
        self.connection.heard.clear()
        self.writer.write(data)
        await asyncio.wait_for(self.connection.heard.wait(), 10)


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    no_models = cast(Models, SimpleNamespace(changed=[], served=list))
    shared = Shared(no_models, RequestIds(), Guard(None), Settings(max_body_bytes=1000))
    made: asyncio.Queue[Heard] = asyncio.Queue()

    def make() -> Heard:
        connection = Heard(Config(app, log_config=None, lifespan="off"), ServerState(), {}, shared=shared)
        connection.heard = asyncio.Event()
        made.put_nowait(connection)
        return connection

    async with await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        yield Connection(reader, writer, await asyncio.wait_for(made.get(), 10))
        writer.close()


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize("part", [b"GET", b"GET / HTTP/1.1\r\nX: y"])
async def test_half_a_request_is_waited_for_and_then_refused(connection: Connection, part: bytes):
    await connection.sent(part)
    connection.connection.sweep(time.perf_counter() + 10)
    connection.connection.sweep(time.perf_counter() + 30)
    answer = await connection.reader.read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer


async def test_what_was_answered_before_it_had_come_is_answered_once(connection: Connection):
    await connection.sent(post(b"x" * 500)[:-400])
    assert (await connection.reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
    connection.connection.sweep(time.perf_counter() + 30)
    assert await connection.reader.read() == b""


async def test_what_comes_slowly_but_steadily_is_waited_for(connection: Connection):
    await connection.sent(post(b"x" * 900_000)[:-10])
    connection.connection.sweep(time.perf_counter() + 30)
    connection.writer.write(b"x" * 10)
    assert (await connection.reader.readline()).startswith(b"HTTP/1.1 ")


async def test_an_idle_connection_is_kept_as_long_as_its_setting_says(connection: Connection):
    connection.connection.timeout_keep_alive = 100
    await connection.sent(get("/"))
    assert (await connection.reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
    connection.connection.sweep(time.perf_counter() + 90)
    await connection.sent(get("/"))
    assert (await connection.reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
    connection.connection.sweep(time.perf_counter() + 110)
    assert await connection.reader.read() == b""


async def test_a_connection_that_never_asks_is_closed(connection: Connection):
    connection.connection.sweep(time.perf_counter() + HOUR)
    assert await connection.reader.read() == b""


async def test_who_takes_nothing_of_an_answer_is_let_go(connection: Connection):
    connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
    connection.connection.transport.write(b"x" * 50_000_000)
    connection.connection.sweep(time.perf_counter() + 10)
    assert not connection.connection.transport.is_closing()
    connection.connection.sweep(time.perf_counter() + HOUR)
    assert connection.connection.transport.is_closing()
