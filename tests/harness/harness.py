"""One run's namespace, with everybody in it: the operators behind their proxy, kubelet and controllers, a router."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from kubernetes import client as kubernetes

from colonnade.kube.kinds import EVENTS, OURS, PODS, Manifest
from tests.harness.client import Client, administrator
from tests.harness.journal import LIMIT_SECONDS, Journal
from tests.harness.kubelet import Kubelet
from tests.harness.process import CALM, Operator
from tests.harness.proxy import Call, Proxy
from tests.harness.rights import kubeconfig_of_the_operator
from tests.harness.router import Router

RESYNC = {"COLONNADE_RESYNC_SECONDS": "0.5"}
MOST_EXITS = 20
RESTART_SECONDS = 0.05
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class World:
    """What a test run has once: an API server. api: as administrator. folder: for logs."""

    kubeconfig: Path
    api: kubernetes.ApiClient
    folder: Path


@dataclass
class Harness:
    client: Client
    journal: Journal
    proxy: Proxy
    kubelet: Kubelet
    router: Router
    folder: Path
    restricted: Path
    operators: dict[str, Operator] = field(default_factory=dict)
    restarted: set[str] = field(default_factory=set)  # operators that are started again whenever they end

    def operator(
        self, name: str = "operator-a", environment: dict[str, str] = CALM, restarted: bool = True, calling: str = ""
    ) -> Operator:
        """Started, and still so when it dies, unless that is to be its end. calling: its name in the proxy's calls."""
        log, kubeconfig = self.folder / f"{name}.log", self.proxy.kubeconfig(self.restricted, calling or name)
        made = Operator(name, self.client.namespace, kubeconfig, log, CALM | environment)
        self.operators[name] = made
        if restarted:
            self.restarted.add(name)
        made.start()
        return made

    def kill(self) -> None:
        """Every operator."""
        for operator in self.operators.values():
            operator.kill()

    async def keep_alive(self) -> None:
        """Until cancelled."""
        while True:
            for operator in [self.operators[name] for name in self.restarted]:
                if operator.has_ended():
                    assert len(operator.exits) < MOST_EXITS, f"{operator.name} ends again and again: {self.said()}"
                    operator.start()
            await asyncio.sleep(RESTART_SECONDS)

    async def leader(self, limit: float = LIMIT_SECONDS) -> Operator:
        """The operator that leads, once there is one."""
        async with asyncio.timeout(limit):
            while True:
                for operator in self.operators.values():
                    if await operator.leads():
                        return operator
                await asyncio.sleep(LOOK_SECONDS)

    async def settles(self) -> None:
        """Until an operator that looks again and again (RESYNC) finds nothing more to write."""
        operator, writes = next(iter(self.operators.values())), -1
        while len(self.proxy.writes()) > writes or not self.kubelet.idle():
            writes = len(self.proxy.writes())
            await self.until(operator.passes, await operator.passes() + self._all_twice())

    async def rests(self) -> list[Call]:
        """Every write that operators send, started anew with nothing left to do, in two resyncs and more: it ought to
        be none. What others were sending when they were ended may still be on its way, and is not counted."""
        self.restarted.clear()
        for operator in self.operators.values():
            operator.end()
        name, once = next(iter(self.operators.items()))
        calling = f"{name}-at-rest-{len(self.proxy.calls)}"
        operator = self.operator(name, once.environment | CALM | RESYNC, calling=calling)
        await self.until(operator.passes, self._all_twice())
        return self.proxy.writes(calling)

    def _all_twice(self) -> int:
        """So many passes that each of our objects had two of them, and more."""
        return 3 * len([one for one in self.journal.now if one.resource in OURS])

    async def until(self, measured: Callable[[], Awaitable[float]], at_least: float) -> None:
        """Raises AssertionError when that takes too long."""
        deadline = monotonic() + LIMIT_SECONDS
        while (value := await measured()) < at_least:
            assert monotonic() < deadline, f"{measured.__name__} {value}, not {at_least}"
            await asyncio.sleep(LOOK_SECONDS)

    async def event(self, reason: str) -> Manifest:
        """The one for this reason, once it is there."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while True:
                for found in (await self.client.list(EVENTS))["items"]:
                    if found["reason"] == reason:
                        return dict(found)
                await asyncio.sleep(LOOK_SECONDS)

    def said(self) -> str:
        """The last words of each operator's log."""
        logs = (self.folder / f"{name}.log" for name in self.operators)
        return "\n".join(f"{log.name}:\n{log.read_text()[-3000:]}" for log in logs if log.exists())


@asynccontextmanager
async def stage(world: World) -> AsyncIterator[Harness]:
    """A namespace of its own, and an end for everything in it."""
    namespace = f"t-{uuid.uuid4().hex[:8]}"
    folder = world.folder / namespace
    folder.mkdir()
    restricted = await asyncio.to_thread(_namespace, world, namespace, folder)
    async with AsyncExitStack() as stack:
        client = administrator(world.kubeconfig, namespace)
        stack.push_async_callback(client.close)
        journal = Journal(client)
        kubelet = Kubelet(client, journal)
        versions = await journal.begin()
        proxy = await stack.enter_async_context(Proxy(client))
        router = Router(client, journal)
        made = Harness(client, journal, proxy, kubelet, router, folder, restricted)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        running = [
            tasks.create_task(one)
            for one in (*(journal.keep(*each) for each in versions), kubelet.work(), made.keep_alive())
        ]
        await stack.enter_async_context(router)
        await journal.until(lambda: next(journal.of(PODS), None), "the router's pod")
        try:
            yield made
        except Exception as error:
            error.add_note(made.said())
            raise
        finally:
            made.restarted.clear()
            _end(made.operators.values())
            for task in running:
                task.cancel()


def _namespace(world: World, name: str, folder: Path) -> Path:
    """Made, with the operator's rights in it and no more: their kubeconfig."""
    core = kubernetes.CoreV1Api(world.api)
    core.create_namespace(kubernetes.V1Namespace(metadata=kubernetes.V1ObjectMeta(name=name)), _request_timeout=20)
    return kubeconfig_of_the_operator(world.kubeconfig, world.api, name, folder)


def _end(operators: Iterable[Operator]) -> None:
    for operator in operators:
        operator.end()
