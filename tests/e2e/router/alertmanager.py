"""A real Alertmanager, and the places that it passes alerts on to."""

import asyncio
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from cluster.build import Build, ensure_built, program
from tests.listening import Listening
from tests.ports import port

VERSION = "0.28.1"  # the last whose Go module has its pages built in
ALERTMANAGER = Build(
    "alertmanager",
    VERSION,
    ("alertmanager",),
    packages=(f"github.com/prometheus/alertmanager/cmd/alertmanager@v{VERSION}",),
)
LIMIT_SECONDS = 60
PROMPTLY = {"group_by": ["..."], "group_wait": "0s", "group_interval": "1s", "repeat_interval": "1h"}


@dataclass
class Receivers(Listening):
    """A chat, a pager and a web hook, which keep what they hear. failing: while set, they answer 503."""

    heard: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failing: bool = False
    refused: int = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/{name}", self._told)]

    def config(self) -> dict[str, Any]:
        """As docs/how-to/alerts.md has it."""
        url = f"http://127.0.0.1:{self.port}"
        everywhere = {
            "name": "everywhere",
            "slack_configs": [{"api_url": f"{url}/slack", "channel": "#models", "send_resolved": True}],
            "pagerduty_configs": [{"routing_key": "0" * 32, "url": f"{url}/pagerduty", "send_resolved": True}],
            "webhook_configs": [{"url": f"{url}/webhook", "send_resolved": True}],
        }
        return {"route": {"receiver": "everywhere", **PROMPTLY}, "receivers": [everywhere]}

    async def hears(self, name: str, count: int) -> list[dict[str, Any]]:
        """All that this one has heard, once it is so many."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while len(self.heard.get(name, [])) < count:  # noqa: ASYNC110 - it comes over a socket
                await asyncio.sleep(0.05)
        return self.heard[name]

    async def refuses(self, count: int) -> None:
        """Until it has refused so many."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while self.refused < count:  # noqa: ASYNC110 - they come over a socket
                await asyncio.sleep(0.05)

    async def _told(self, request: web.Request) -> web.Response:
        if self.failing:
            self.refused += 1
            return web.Response(status=503)
        self.heard.setdefault(request.match_info["name"], []).append(await request.json())
        return web.json_response({"ok": True, "status": "success"}, status=202 if "pager" in request.path else 200)


@dataclass
class Alertmanager:
    home: Path
    config: dict[str, Any]
    port: int = field(default_factory=port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Returns once it answers."""
        ensure_built((ALERTMANAGER,))
        written = self.home / "alertmanager.yml"
        written.write_text(json.dumps(self.config))
        command: list[Path | str] = [program(ALERTMANAGER, "alertmanager"), f"--config.file={written}"]
        command += [f"--storage.path={self.home / 'alerts'}", "--cluster.listen-address="]
        command += [f"--web.listen-address=127.0.0.1:{self.port}"]
        self._spawn(command)
        async with asyncio.timeout(LIMIT_SECONDS), aiohttp.ClientSession() as session:
            while not await self._answers(session):  # noqa: ASYNC110 - it tells nobody that it is ready
                await asyncio.sleep(0.05)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)

    def _spawn(self, command: list[Path | str]) -> None:
        with (self.home / "alertmanager.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.url}/-/ready") as answer:
                return answer.ok
        except aiohttp.ClientError:
            return False
