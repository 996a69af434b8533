"""A cluster as small as the command needs: objects over HTTP, programs in "pods" over websockets, run by our Python."""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import WSMsgType, web

DATA, FAILED = 0, 1
STDIN, STDOUT, STDERR, ERROR, CLOSE = 0, 1, 2, 3, 255
Object = dict[str, Any]


@dataclass
class Playground:
    """objects: by URL path. store: the folder that stands for /store. patches: what was written, in order."""

    store: Path
    objects: dict[str, Object] = field(default_factory=dict)
    patches: list[tuple[str, Object]] = field(default_factory=list)
    refusals: dict[tuple[str, str], tuple[int, Object]] = field(default_factory=dict)
    url: str = ""

    def add(self, *objects: Object) -> None:
        for each in objects:
            self.objects[path_of(each)] = each

    def kubeconfig(self, folder: Path) -> Path:
        """Of ada, who may do everything here."""
        path = folder / "kubeconfig"
        config = {
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "ada"}}],
            "clusters": [{"name": "here", "cluster": {"server": self.url}}],
            "users": [{"name": "ada", "user": {}}],
        }
        path.write_text(yaml.safe_dump(config))
        return path

    @contextmanager
    def running(self) -> Iterator["Playground"]:
        loop, ready = asyncio.new_event_loop(), threading.Event()
        thread = threading.Thread(target=self._serve, args=(loop, ready))
        thread.start()
        assert ready.wait(120)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(120)

    def _serve(self, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        app = web.Application()
        app.router.add_get("/api/v1/namespaces/{namespace}/pods/{pod}/exec", self._exec)
        app.router.add_get("/api/v1/namespaces/{namespace}/pods/{pod}/portforward", self._portforward)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        loop.run_until_complete(site.start())
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    async def _answer(self, request: web.Request) -> web.Response:
        if refusal := self.refusals.get((request.method, request.path)):
            return web.json_response(refusal[1], status=refusal[0])
        body = json.loads(await request.read() or b"{}")
        status, answer = self._done(request.method, request.path, body)
        return web.json_response(answer, status=status)

    def _done(self, method: str, path: str, body: Object) -> tuple[int, Object]:
        match method:
            case "POST" if path.endswith("selfsubjectreviews"):
                return 201, body | {"status": {"userInfo": {"username": "ada"}}}
            case "POST":
                return 201, self._create(path, body)
            case "PATCH":
                self.patches.append((path, body))
                return 200, self.objects[path]
            case "DELETE":
                self.objects.pop(path, None)
                return 200, {"kind": "Status", "status": "Success"}
            case _:
                return self._found(path)

    def _found(self, path: str) -> tuple[int, Object]:
        if path in self.objects:
            return 200, self.objects[path]
        if path.rpartition("/")[2] in COLLECTIONS:
            return 200, {"items": [each for key, each in self.objects.items() if key.rpartition("/")[0] == path]}
        return 404, {"kind": "Status", "message": f"{path} not found"}

    def _create(self, path: str, body: Object) -> Object:
        if body["kind"] == "Pod":
            body["status"] = {"phase": "Running"}
        self.objects[f"{path}/{body['metadata']['name']}"] = body
        return body

    async def _exec(self, request: web.Request) -> web.StreamResponse:
        if refusal := self.refusals.get((request.method, "exec")):
            return web.json_response(refusal[1], status=refusal[0])
        socket = web.WebSocketResponse(protocols=["v5.channel.k8s.io"], max_msg_size=0)
        await socket.prepare(request)
        _, *arguments = [each.replace("/store/", f"{self.store}/") for each in request.query.getall("command")]
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        feeding = asyncio.ensure_future(_feed(socket, program))
        await asyncio.gather(_drain(program.stdout, socket, STDOUT), _drain(program.stderr, socket, STDERR))
        await program.wait()
        feeding.cancel()
        await socket.send_bytes(bytes([ERROR]) + json.dumps({"status": "Success"}).encode())
        await socket.close()
        return socket

    async def _portforward(self, request: web.Request) -> web.StreamResponse:
        """To the port of that number on this host."""
        if refusal := self.refusals.get((request.method, request.path)):
            return web.json_response(refusal[1], status=refusal[0])
        port = int(request.query["ports"])
        socket = web.WebSocketResponse(protocols=["v4.channel.k8s.io"], max_msg_size=0)
        await socket.prepare(request)
        for channel in (DATA, FAILED):
            await socket.send_bytes(bytes([channel]) + port.to_bytes(2, "little"))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answering = asyncio.ensure_future(_drain(reader, socket, DATA))
        async for message in socket:
            writer.write(message.data[1:])
            await writer.drain()
        answering.cancel()
        writer.close()
        return socket


COLLECTIONS = ("datasets", "modelversions", "deployments", "monitorpolicies", "pods")


def path_of(item: Object) -> str:
    version = item["apiVersion"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    plural = "monitorpolicies" if item["kind"] == "MonitorPolicy" else item["kind"].lower() + "s"
    return f"{root}/namespaces/{item['metadata']['namespace']}/{plural}/{item['metadata']['name']}"


async def _feed(socket: web.WebSocketResponse, program: asyncio.subprocess.Process) -> None:
    assert program.stdin
    async for message in socket:
        if message.type == WSMsgType.BINARY and message.data[0] == STDIN:
            program.stdin.write(message.data[1:])
            await program.stdin.drain()


async def _drain(source: asyncio.StreamReader | None, socket: web.WebSocketResponse, channel: int) -> None:
    assert source
    while chunk := await source.read(65536):
        await socket.send_bytes(bytes([channel]) + chunk)
