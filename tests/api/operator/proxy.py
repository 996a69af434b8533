"""A proxy before the API server that a test tells what to do with each write, and with each event of a watch."""

import asyncio
import json
import socket
import ssl
import threading

import aiohttp
import yaml
from aiohttp import web

WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
UNCOUNTED = frozenset({"leases", "events"})
DROPPED = frozenset({"Host", "Content-Length", "Transfer-Encoding"})
START_SECONDS = 10


class Proxy:
    """on_write: given the number of the write (from 1; Leases and Events don't count) and the call that passes it on;
    returns an answer. on_event: given an event of a watch; whether it is passed on. hangs: nothing is answered.
    """

    def __init__(self, kubeconfig, folder):
        config = yaml.safe_load(kubeconfig.read_text())
        self._cluster = config["clusters"][0]["cluster"]
        self.upstream = self._cluster["server"]
        self.config = config
        self.path = folder / "proxied.kubeconfig"
        self.on_write = None
        self.on_event = None
        self.writes = 0
        self.hangs = False

    def __enter__(self):
        self._loop, started = asyncio.new_event_loop(), threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        assert started.wait(START_SECONDS)
        self._cluster.clear()
        self._cluster["server"] = f"http://127.0.0.1:{self.port}"
        self.path.write_text(json.dumps(self.config))
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._session.close(), self._loop).result(START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, started):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        started.set()
        self._loop.run_forever()

    async def _listen(self):
        context = ssl.create_default_context(cafile=self._cluster["certificate-authority"])
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context, limit=0))
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        await web.SockSite(runner, listener).start()

    async def _handle(self, request):
        if request.query.get("watch") == "true":
            return await self._watch(request)
        body = await request.read()
        await self._awake()
        if request.method in WRITES and request.path.rpartition("/namespaces/")[2].split("/")[1] not in UNCOUNTED:
            self.writes += 1
            if self.on_write:
                return await self.on_write(self.writes, lambda: self._pass(request, body))
        return await self._pass(request, body)

    async def _awake(self):
        while self.hangs:  # noqa: ASYNC110 - told by another thread
            await asyncio.sleep(0.05)

    async def _pass(self, request, body):
        async with self._call(request, body) as answer:
            kind = answer.headers.get("Content-Type", "application/json")
            return web.Response(status=answer.status, body=await answer.read(), headers={"Content-Type": kind})

    async def _watch(self, request):
        async with self._call(request, None, aiohttp.ClientTimeout(total=None)) as answer:
            response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
            await response.prepare(request)
            async for line in answer.content:
                if self.on_event is None or self.on_event(json.loads(line)):
                    await response.write(line)
            return response

    def _call(self, request, body, timeout=None):
        headers = {name: value for name, value in request.headers.items() if name not in DROPPED}
        headers["Accept-Encoding"] = "identity"
        more = {"timeout": timeout} if timeout else {}
        return self._session.request(
            request.method, f"{self.upstream}{request.path_qs}", headers=headers, data=body, **more
        )


def refusal(status, reason, **headers):
    body = {"kind": "Status", "status": "Failure", "reason": reason, "message": f"{reason}, as told", "code": status}
    return web.json_response(body, status=status, headers=headers)
