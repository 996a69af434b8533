"""Clients that ask wrongly in their manner: they stall, trickle, read slowly, or leave in the middle."""

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from . import http2, rubbish
from .questions import Question
from .steady import split

TIMEOUT_SECONDS = 5.0
STALL_SECONDS = (0.2, 4.0)
PIPELINED = 500
SMALL_BUFFER = 4096
LEAVE_BY_RESET = struct.pack("ii", 1, 0)


@dataclass
class Visitor:
    """What each of them knows and may use. port: of REST; grpc: of gRPC, where there is one."""

    port: int
    grpc: int | None
    question: Question
    random: random.Random
    told: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, kind: str, outcome: str) -> None:
        self.told.setdefault(kind, Counter())[outcome] += 1

    async def pause(self) -> None:
        await asyncio.sleep(self.random.uniform(*STALL_SECONDS))


class Line:
    """A bare connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> str:
        """The first answer's status; else "closed", "reset" or "silence"."""
        data = b""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while (found := split(data)) is None:
                    more = await self.reader.read(65536)
                    if not more:
                        return "closed"
                    data += more
        except TimeoutError:
            return "silence"
        return str(found.status)

    def reset(self) -> None:
        """Leaves without a goodbye."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LEAVE_BY_RESET)
        self.writer.transport.abort()


Manner = Callable[[Visitor, Line], Awaitable[str]]


async def stalls_in_the_head(visitor: Visitor, line: Line) -> str:
    request = visitor.question.request
    await line.send(request[: visitor.random.randrange(1, request.index(b"\r\n\r\n"))])
    await visitor.pause()
    return "left"


async def stalls_in_the_body(visitor: Visitor, line: Line) -> str:
    request = visitor.question.request
    cut = visitor.random.randrange(request.index(b"\r\n\r\n") + 4, len(request))
    await line.send(request[:cut])
    await visitor.pause()
    await line.send(request[cut:])
    return await line.answer()


async def trickles(visitor: Visitor, line: Line) -> str:
    request = visitor.question.request
    for start in range(0, len(request), step := len(request) // 40 + 1):
        await line.send(request[start : start + step])
        await asyncio.sleep(0.02)
    return await line.answer()


async def reads_slowly(visitor: Visitor, line: Line) -> str:
    """Asks for hundreds of answers, and takes them a few kilobytes at a time; then it has enough."""
    line.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    line.writer.write(visitor.question.request * PIPELINED)
    for _ in range(20):
        await asyncio.sleep(0.1)
        if not await line.reader.read(SMALL_BUFFER):
            return "closed"
    line.reset()
    return "left"


async def resets_in_the_request(visitor: Visitor, line: Line) -> str:
    request = visitor.question.request
    await line.send(request[: visitor.random.randrange(1, len(request))])
    line.reset()
    return "left"


async def resets_before_the_answer(visitor: Visitor, line: Line) -> str:
    await line.send(visitor.question.request * visitor.random.randrange(1, 8))
    await asyncio.sleep(visitor.random.choice((0, 0, 0.001)))
    line.reset()
    return "left"


async def says_no_more(visitor: Visitor, line: Line) -> str:
    """Closes its half once it has asked, as some do, and is owed the answer all the same."""
    await line.send(visitor.question.request)
    line.writer.write_eof()
    return await line.answer()


async def comes_and_goes(visitor: Visitor, line: Line) -> str:
    return "left"


async def talks_rubbish(visitor: Visitor, line: Line) -> str:
    with suppress(ConnectionError):
        await line.send(rubbish.request(visitor.random, visitor.question.request))
    return await line.answer()


async def talks_nonsense_in_json(visitor: Visitor, line: Line) -> str:
    await line.send(rubbish.body(visitor.random, visitor.question.request))
    return await line.answer()


async def talks_rubbish_to_grpc(visitor: Visitor, line: Line) -> str:
    with suppress(ConnectionError):
        await line.send(http2.rubbish(visitor.random))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return "answered" if await line.reader.read(65536) else "closed"


async def stalls_in_grpc(visitor: Visitor, line: Line) -> str:
    await line.send(http2.PREFACE + http2.settings()[: visitor.random.randrange(9)])
    await visitor.pause()
    return "left"


async def resets_streams(visitor: Visitor, line: Line) -> str:
    """CVE-2023-44487: streams that are opened and given up, as fast as can be written."""
    for start in range(1, 4001, 200):
        with suppress(ConnectionError):
            await line.send(b"" if start > 1 else http2.PREFACE + http2.settings())
            await line.send(b"".join(http2.given_up(stream) for stream in range(start, start + 200, 2)))
    return "left"


REST: Mapping[str, Manner] = {
    manner.__name__: manner
    for manner in (
        stalls_in_the_head,
        stalls_in_the_body,
        trickles,
        reads_slowly,
        resets_in_the_request,
        resets_before_the_answer,
        says_no_more,
        comes_and_goes,
        talks_rubbish,
        talks_nonsense_in_json,
    )
}
GRPC: Mapping[str, Manner] = {
    manner.__name__: manner for manner in (talks_rubbish_to_grpc, stalls_in_grpc, resets_streams)
}


async def visit(visitor: Visitor, kind: str, manner: Manner, port: int) -> None:
    """One visit on a connection of its own; what came of it is noted."""
    try:
        async with asyncio.timeout(4 * TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                visitor.note(kind, await manner(visitor, Line(reader, writer)))
            finally:
                writer.close()
    except TimeoutError:
        visitor.note(kind, "silence")
    except ConnectionResetError:
        visitor.note(kind, "reset")
    except OSError as error:
        visitor.note(kind, type(error).__name__)


async def _keep_coming(visitor: Visitor, kind: str, manner: Manner, port: int, pause: float) -> None:
    while True:
        await visit(visitor, kind, manner, port)
        await asyncio.sleep(visitor.random.uniform(0, 2 * pause))


async def _all(visitor: Visitor, seconds: float, of_each: int, pause: float) -> None:
    visits = [(kind, manner, visitor.port) for kind, manner in REST.items()]
    if visitor.grpc is not None:
        visits += [(kind, manner, visitor.grpc) for kind, manner in GRPC.items()]
    coming = [asyncio.create_task(_keep_coming(visitor, *each, pause)) for each in visits for _ in range(of_each)]
    done, _ = await asyncio.wait(coming, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in coming:
        task.cancel()
    await asyncio.gather(*coming, return_exceptions=True)
    for task in done:
        task.result()


def run(port: int, grpc: int | None, question: Question, seed: int, seconds: float) -> dict[str, Counter[str]]:
    """Three of each manner, again and again, in a process of their own; outcomes by manner."""
    visitor = Visitor(port, grpc, question, random.Random(seed))
    asyncio.run(_all(visitor, seconds, of_each=3, pause=0.2))
    return visitor.told
