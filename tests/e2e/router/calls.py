"""gRPC in small: pods that answer any call as they are told, and a client that says for whom its calls are."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import grpc

from tests.e2e.router.load import Tally

INFER = "/inference.GRPCInferenceService/ModelInfer"
STREAM = "/inference.GRPCInferenceService/ModelStreamInfer"
SECONDS = 20.0

Context = Any  # grpcio has no types
Conduct = Callable[[Context], Awaitable[None]]


async def well(_context: Context) -> None:
    """Answers at once."""


def failing(code: grpc.StatusCode) -> Conduct:
    async def fail(context: Context) -> None:
        await context.abort(code, "unknown category")

    return fail


def taking(seconds: float) -> Conduct:
    async def slow(_context: Context) -> None:
        await asyncio.sleep(seconds)

    return slow


def until(done: asyncio.Event) -> Conduct:
    async def patient(_context: Context) -> None:
        await done.wait()

    return patient


def some(every: int, conduct: Conduct) -> Conduct:
    """The conduct on each n-th call, well on the others."""
    count = itertools.count(1)

    async def sometimes(context: Context) -> None:
        if next(count) % every == 0:
            await conduct(context)

    return sometimes


class CallPod(grpc.GenericRpcHandler):  # type: ignore[misc] # grpcio has no types
    """Answers by its revision and the length of what came, on a port of its own. `answered` counts the calls."""

    def __init__(self, revision: str, conduct: Conduct = well) -> None:
        self.revision, self.conduct = revision, conduct
        self.address, self.port, self.answered = "127.0.0.1", 0, 0
        self._server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])

    async def start(self) -> None:
        self._server.add_generic_rpc_handlers((self,))
        self.port = self._server.add_insecure_port(f"{self.address}:0")
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(0.1)

    def service(self, details: Any) -> Any:
        if details.method == STREAM:
            return grpc.stream_stream_rpc_method_handler(self._stream)
        return grpc.unary_unary_rpc_method_handler(self._answer)

    async def _answer(self, request: bytes, context: Context) -> bytes:
        self.answered += 1
        await self.conduct(context)
        return f"{self.revision} {len(request)}".encode()

    async def _stream(self, requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
        self.answered += 1
        async for request in requests:
            await self.conduct(context)
            yield f"{self.revision} {len(request)}".encode()


@dataclass
class Answered:
    """revision: who the router says it was. text: the answer, or the error's words."""

    code: grpc.StatusCode
    revision: str | None
    text: str
    seconds: float


class Caller:
    """All its calls go over one connection."""

    def __init__(self, url: str, authority: str) -> None:
        options = [("grpc.default_authority", authority), ("grpc.enable_retries", 0)]
        self.channel = grpc.aio.insecure_channel(url.removeprefix("http://"), options=options)

    async def ask(self, request: bytes = b"{}", method: str = INFER) -> Answered:
        start = perf_counter()
        call = self.channel.unary_unary(method)(request, timeout=SECONDS)
        try:
            text = (await call).decode()
        except grpc.aio.AioRpcError as error:
            text = error.details() or ""
        metadata = dict([*(await call.initial_metadata()), *(await call.trailing_metadata())])
        return Answered(await call.code(), metadata.get("x-colonnade-revision"), text, perf_counter() - start)

    async def load(self, calls: int, at_once: int = 8) -> Tally:
        """So many calls, one after the other in each of `at_once` lines."""
        left, tally = iter(range(calls)), Tally()

        async def line() -> None:
            for _ in left:
                count(tally, await self.ask())

        await asyncio.gather(*(line() for _ in range(at_once)))
        return tally

    async def aclose(self) -> None:
        await self.channel.close()


def count(tally: Tally, answer: Answered) -> None:
    tally.seconds.append(answer.seconds)
    if answer.code is grpc.StatusCode.OK:
        tally.revisions[answer.revision] += 1
    else:
        tally.failures.append(f"{answer.code.name} by {answer.revision}: {answer.text[:200]}")
