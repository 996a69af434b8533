"""A reverse proxy between operators and the API server: a script does what it likes with each call and watch."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import aiohttp
import yaml
from aiohttp import web

from tests.harness.client import LONGEST_EVENT, STREAM, Client

VERBS = {"GET": "get", "POST": "create", "PATCH": "patch", "PUT": "update", "DELETE": "delete"}
UNNUMBERED = ("leases", "events")
KEPT_TO_ITSELF = frozenset({"Host", "Content-Length", "Transfer-Encoding", "Accept-Encoding"})


class Lost(Exception):
    """Raised by a script: the connection breaks, and the caller never hears an answer."""


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass
class Call:
    """One call of an operator's, reads and writes alike.

    number: of the write, from 1 (reads, Leases and Events have none: 0). path: behind the namespace, such as
    `datasets/flights/status`. at: when it came, by the monotonic clock. status: what was answered; None: nothing yet.
    """

    operator: str
    number: int
    verb: str
    path: str
    at: float
    status: int | None = None

    @property
    def writes(self) -> bool:
        return self.verb != "get"

    def __str__(self) -> str:
        return f"write {self.number}, {self.verb} {self.path}"


Forward = Callable[[], Awaitable[Answer]]
OnCall = Callable[[Call, Forward], Awaitable[Answer]]
OnWatch = Callable[[str, AsyncIterator[bytes]], AsyncIterator[bytes]]  # of this resource, such as `jobs`


async def passed_on(_call: Call, forward: Forward) -> Answer:
    return await forward()


def told(_resource: str, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    return lines


class Proxy:
    """on_call and on_watch are the script, and may be changed at any time; `calls` is what came so far."""

    def __init__(self, client: Client) -> None:
        self.on_call: OnCall = passed_on
        self.on_watch: OnWatch = told
        self.calls: list[Call] = []
        self._written = 0
        self._scope = f"/namespaces/{client.namespace}/"
        connector = aiohttp.TCPConnector(ssl=client.tls, limit=0)
        self._session = aiohttp.ClientSession(client.server, connector=connector, read_bufsize=LONGEST_EVENT)

    async def __aenter__(self) -> "Proxy":
        app = web.Application(client_max_size=LONGEST_EVENT)
        app.router.add_route("*", "/{operator}/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    def kubeconfig(self, restricted: Path, operator: str) -> Path:
        """The restricted one, less the way past the proxy."""
        config = yaml.safe_load(restricted.read_text())
        host, port = self._runner.addresses[0][:2]
        config["clusters"][0]["cluster"] = {"server": f"http://{host}:{port}/{operator}"}
        path = restricted.with_name(f"{operator}.kubeconfig")
        path.write_text(json.dumps(config))
        return path

    def writes(self, operator: str = "") -> list[Call]:
        """All but those of Leases and Events."""
        return [call for call in self.calls if call.number and operator in ("", call.operator)]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("watch") == "true":
            return await self._watch(request)
        body = await request.read()
        call = self._noted(request)
        try:
            answer = await self.on_call(call, lambda: self._forward(request, body))
        except Lost:
            if request.transport:
                request.transport.abort()
            return web.Response()
        call.status = answer.status
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    def _noted(self, request: web.Request) -> Call:
        path = request.path.rpartition(self._scope)[2]
        numbered = request.method != "GET" and path.split("/")[0] not in UNNUMBERED
        self._written += numbered
        number = self._written if numbered else 0
        call = Call(request.match_info["operator"], number, VERBS[request.method], path, monotonic())
        self.calls.append(call)
        return call

    async def _forward(self, request: web.Request, body: bytes) -> Answer:
        async with self._upstream(request, data=body or None) as answer:
            kept = {name: answer.headers[name] for name in ("Content-Type", "Retry-After") if name in answer.headers}
            return Answer(answer.status, await answer.read(), kept)

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        async with self._upstream(request, timeout=STREAM) as answer:
            response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
            with suppress(ConnectionResetError):  # who watched is gone
                await response.prepare(request)
                async for line in self.on_watch(request.path.rpartition("/")[2], aiter(answer.content)):
                    await response.write(line)
            return response

    def _upstream(self, request: web.Request, **more: Any) -> Any:
        headers = {name: value for name, value in request.headers.items() if name not in KEPT_TO_ITSELF}
        _, _, path = request.path_qs.removeprefix("/").partition("/")
        return self._session.request(request.method, f"/{path}", headers=headers, **more)
