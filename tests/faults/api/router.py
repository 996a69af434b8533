"""A router that obeys: what a Deployment's status says is what it says it has in force."""

import random
from typing import Any

from aiohttp import web

from colonnade.manifests.resources import DEPLOYMENTS, PODS, Manifest
from colonnade.observe.routers import AGENT_PORT
from tests.faults.api.client import Client
from tests.faults.api.journal import Journal

LABELS = {"app.kubernetes.io/name": "colonnade", "app.kubernetes.io/component": "router"}
NAME = "router-0"


async def route(client: Client, journal: Journal) -> web.AppRunner:
    """Listens where an agent would, on a loopback address of its own, and has a pod that says so."""

    async def applied(_request: web.Request) -> web.Response:
        return web.json_response(_tables(client.namespace, journal))

    app = web.Application()
    app.add_routes([web.get("/applied", applied)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    address = await _listen(runner)
    container = {"name": "envoy", "image": "envoy"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": NAME, "labels": LABELS}}
    await client.create(PODS, {**pod, "spec": {"containers": [container]}})
    ready = [{"type": "Ready", "status": "True"}]
    status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "conditions": ready}
    await client.merge(client.key(PODS, NAME), {"status": status}, "status", "kubelet")
    return runner


async def _listen(runner: web.AppRunner) -> str:
    while True:
        address = ".".join(("127", *(str(random.randint(1, 250)) for _ in range(3))))
        try:
            await web.TCPSite(runner, address, AGENT_PORT).start()
        except OSError:
            continue
        return address


def _tables(namespace: str, journal: Journal) -> dict[str, Any]:
    found = {
        f"{namespace}/{one['metadata']['name']}": _table(one.get("status") or {}) for one in journal.of(DEPLOYMENTS)
    }
    return {name: table for name, table in found.items() if table}


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
