"""A router that obeys: what a Deployment's status says is what it says it has in force."""

import random
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from colonnade.kube.kinds import DEPLOYMENTS, PODS, Manifest
from colonnade_api.installation import AGENT_PORT
from tests.harness.client import Client
from tests.harness.journal import Journal

LABELS = {"app.kubernetes.io/name": "colonnade", "app.kubernetes.io/component": "router"}
NAME = "router-0"


@dataclass
class Router:
    """Listens where an agent would, on a loopback address of its own, and has a pod that says so.

    holds: by Deployment, what it goes on doing whatever status says.
    """

    client: Client
    journal: Journal
    holds: dict[str, Manifest] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.get("/applied", self._applied)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        address = await _listen(self._runner)
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": NAME, "labels": LABELS}}
        await self.client.create(PODS, {**pod, "spec": {"containers": [{"name": "envoy", "image": "envoy"}]}})
        ready = [{"type": "Ready", "status": "True"}]
        status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "conditions": ready}
        await self.client.merge(self.client.key(PODS, NAME), {"status": status}, "status", "kubelet")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _applied(self, _request: web.Request) -> web.Response:
        obeyed = {one["metadata"]["name"]: _table(one.get("status") or {}) for one in self.journal.of(DEPLOYMENTS)}
        tables = {name: table for name, table in (obeyed | self.holds).items() if table}
        return web.json_response({f"{self.client.namespace}/{name}": table for name, table in tables.items()})


async def _listen(runner: web.AppRunner) -> str:
    while True:
        address = ".".join(("127", *(str(random.randint(1, 250)) for _ in range(3))))
        try:
            await web.TCPSite(runner, address, AGENT_PORT).start()
        except OSError:
            continue
        return address


def _table(status: Manifest) -> dict[str, Any] | None:
    stable, candidate = status.get("stable"), status.get("candidate") or {}
    if not stable:
        return None
    return {
        "stable": stable["revision"],
        "candidate": candidate.get("revision"),
        "weight": candidate.get("weight", 0),
        "active": {},
    }
