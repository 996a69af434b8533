"""Serving pods in small: each answers on a port of its own and does as it is told."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

LARGE = 64 * 1024 * 1024


@dataclass
class Backend:
    """`behave`: what it does with a request. `answered` counts the requests that reached it."""

    port: int
    revision: str
    behave: "Behaviour"
    runner: web.AppRunner
    address: str = "127.0.0.1"
    answered: int = 0
    under_way: int = 0
    paths: list[str] = field(default_factory=list)


Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


async def well(_request: web.Request) -> None:
    """Answers at once."""


async def failing(_request: web.Request) -> web.Response:
    return web.json_response({"error": "unknown category"}, status=500)


async def refusing(_request: web.Request) -> web.Response:
    return web.json_response({"error": "the input x is missing"}, status=400)


async def unknown(_request: web.Request) -> web.Response:
    return web.json_response({"error": "no such prediction"}, status=404)


async def breaking(request: web.Request) -> None:
    assert request.transport
    request.transport.abort()


async def breaking_off(request: web.Request) -> web.StreamResponse:
    """Half of an answer."""
    answer = web.StreamResponse(headers={"Content-Length": "20"})
    await answer.prepare(request)
    await answer.write(b"0123456789")
    assert request.transport
    request.transport.abort()
    return answer


def taking(seconds: float) -> Behaviour:
    async def slow(_request: web.Request) -> None:
        await asyncio.sleep(seconds)

    return slow


def until(done: asyncio.Event) -> Behaviour:
    async def patient(_request: web.Request) -> None:
        await done.wait()

    return patient


def some(every: int, behave: Behaviour) -> Behaviour:
    """The behaviour on each n-th request, well on the others."""
    count = itertools.count(1)

    async def sometimes(request: web.Request) -> web.StreamResponse | None:
        return await behave(request) if next(count) % every == 0 else None

    return sometimes


class Backends:
    def __init__(self) -> None:
        self._all: list[Backend] = []

    async def start(self, revision: str, behave: Behaviour = well) -> Backend:
        backend = Backend(0, revision, behave, web.AppRunner(web.Application()))
        app = web.Application(client_max_size=LARGE)
        app.router.add_route("*", "/{path:.*}", partial(_answer, backend))
        backend.runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await backend.runner.setup()
        await web.TCPSite(backend.runner, "127.0.0.1", 0).start()
        backend.port = backend.runner.addresses[0][1]
        self._all.append(backend)
        return backend

    async def stop(self, backend: Backend) -> None:
        """As a pod that ends well: what is under way is answered."""
        self._all.remove(backend)
        await backend.runner.cleanup()

    async def aclose(self) -> None:
        for backend in self._all:
            backend.runner._shutdown_timeout = 0.1  # what still hangs at a test's end needs no grace
        await asyncio.gather(*(backend.runner.cleanup() for backend in self._all))


async def _answer(backend: Backend, request: web.Request) -> web.StreamResponse:
    backend.answered += 1
    backend.under_way += 1
    backend.paths.append(request.path)
    try:
        size = len(await request.read())
        return await backend.behave(request) or web.json_response({"revision": backend.revision, "bytes": size})
    finally:
        backend.under_way -= 1
