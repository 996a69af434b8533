"""Deployments by the hundred, and when the API server says what of them."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from kubernetes.aio import client, config, watch

GROUP, VERSION, PLURAL = "colonnade.dev", "v1alpha1", "deployments"
AT_ONCE = 16
TIMEOUT_SECONDS = 600.0


@dataclass
class Fleet:
    """All in one namespace, without pods, on one ModelVersion: what they cost is the control plane's alone."""

    namespace: str
    model: str
    version: str
    generations: dict[str, int] = field(default_factory=dict)
    """What the spec has come to."""
    told: dict[str, tuple[int, float]] = field(default_factory=dict)
    """What status speaks of, and since when."""
    changes: int = 0
    """Of any Deployment in the namespace, seen by a watch; one that begins anew tells all of them again."""
    _versions: dict[str, str] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Until cancelled."""
        async with client.ApiClient() as api:
            resources = client.CustomObjectsApi(api)
            while True:
                async with watch.Watch() as stream:
                    async for event in stream.stream(
                        resources.list_namespaced_custom_object, GROUP, VERSION, self.namespace, PLURAL,
                        timeout_seconds=300,
                    ):  # fmt: skip
                        self._saw(event["object"])

    async def grow(self, count: int) -> float:
        """Seconds until the last of them is known to the operator."""
        began = time.monotonic()
        names = [f"idle-{number:04}" for number in range(count)]
        await self._each(names, self._create)
        await self.caught_up()
        return time.monotonic() - began

    async def patch(self, count: int, gap: float) -> list[float]:
        """Seconds from a change of a spec to its status, of so many Deployments, one each `gap` seconds."""
        seconds = []
        for name in random.sample(sorted(self.generations), count):
            began = time.monotonic()
            await self._change(name)
            await self.caught_up(name)
            seconds.append(self.told[name][1] - began)
            await asyncio.sleep(gap)
        return seconds

    async def burst(self, count: int) -> list[float]:
        """The same, of so many changed as fast as the API server takes them."""
        began = {}

        async def change(name: str) -> None:
            began[name] = time.monotonic()
            await self._change(name)

        await self._each(random.sample(sorted(self.generations), count), change)
        await self.caught_up()
        return [self.told[name][1] - at for name, at in began.items()]

    async def caught_up(self, *names: str) -> None:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while any(self.told.get(name, (0, 0.0))[0] < self.generations[name] for name in names or self.generations):
                self._news.clear()
                await self._news.wait()

    def _saw(self, live: dict[str, Any]) -> None:
        name, told = live["metadata"]["name"], (live.get("status") or {}).get("observedGeneration", 0)
        version = live["metadata"]["resourceVersion"]
        self.changes += self._versions.get(name) != version
        self._versions[name] = version
        if told > self.told.get(name, (0, 0.0))[0]:
            self.told[name] = (told, time.monotonic())
        self._news.set()

    async def _create(self, name: str) -> None:
        spec = {"model": {"name": self.model, "version": self.version}, "replicas": 0}
        body = {"apiVersion": f"{GROUP}/{VERSION}", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
        async with client.ApiClient() as api:
            made: Any = await client.CustomObjectsApi(api).create_namespaced_custom_object(
                GROUP, VERSION, self.namespace, PLURAL, body
            )
        self.generations[name] = made["metadata"]["generation"]

    async def _change(self, name: str) -> None:
        patch = {"spec": {"progressDeadline": f"{random.randint(60, 6000)}s"}}
        async with client.ApiClient() as api:
            changed: Any = await client.CustomObjectsApi(api).patch_namespaced_custom_object(
                GROUP, VERSION, self.namespace, PLURAL, name, patch, _content_type="application/merge-patch+json"
            )
        self.generations[name] = changed["metadata"]["generation"]

    async def _each(self, names: list[str], act: Any) -> None:
        turns = asyncio.Semaphore(AT_ONCE)

        async def in_turn(name: str) -> None:
            async with turns:
                await act(name)

        await asyncio.gather(*map(in_turn, names))


async def connected() -> None:
    await config.load_kube_config()


def pods_of(listed: str) -> dict[str, int]:
    """Restarts by pod, of kubectl's JSON."""
    return {
        pod["metadata"]["name"]: sum(
            each["restartCount"]
            for kind in ("containerStatuses", "initContainerStatuses")
            for each in pod["status"].get(kind, [])
        )
        for pod in json.loads(listed)["items"]
    }
