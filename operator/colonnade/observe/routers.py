"""What the routers have in force, asked of the agent beside each of them."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp

from colonnade.kube.kinds import Key, Manifest
from colonnade.plan.deployment.observed import Applied, Router
from colonnade_api.installation import AGENT_PORT

ANSWER = aiohttp.ClientTimeout(total=1.0)
PODS_FOR_SECONDS = 2.0

Table = Mapping[str, Any]
"""What one router has in force, by `<namespace>/<name>`."""


@dataclass
class Routers:
    """list_pods: all router pods there are, asked for again when the last answer is `PODS_FOR_SECONDS` old."""

    session: aiohttp.ClientSession
    list_pods: Callable[[], Awaitable[Sequence[Manifest]]]
    agent_port: int = AGENT_PORT
    _pods: Sequence[Manifest] = ()
    _listed_at: float = field(default=float("-inf"))
    _listing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _next: dict[str, "asyncio.Task[Table | None]"] = field(default_factory=dict)
    _turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def routers_for(self, deployment: Key) -> tuple[Router, ...]:
        """Asked from now on, of each router at the same time. Raises ApiError where the pods can't be listed."""
        async with self._listing:
            if monotonic() - self._listed_at > PODS_FOR_SECONDS:
                self._pods, self._listed_at = await self.list_pods(), monotonic()
        return tuple(await asyncio.gather(*(self._router(pod, deployment) for pod in self._pods)))

    async def _router(self, pod: Manifest, deployment: Key) -> Router:
        name, ready = pod["metadata"]["name"], _is_ready(pod)
        table = await self._table((pod.get("status") or {}).get("podIP"))
        if table is None:
            return Router(name, ready, reachable=False)
        entry = table.get(f"{deployment.namespace}/{deployment.name}")
        return Router(name, ready, reachable=True, applied=_applied(entry) if entry else None)

    async def _table(self, address: str | None) -> Table | None:
        """One answer for all passes that ask while another is under way: it tells of every Deployment."""
        if not address:
            return None
        asked = self._next.get(address)
        if asked is None:
            asked = self._next[address] = asyncio.create_task(self._in_turn(address))
        return await asyncio.shield(asked)

    async def _in_turn(self, address: str) -> Table | None:
        async with self._turns[address]:
            del self._next[address]  # whoever comes from now on wants to know what is so from now on
            return await self._asked(address)

    async def _asked(self, address: str) -> Table | None:
        host = f"[{address}]" if ":" in address else address
        try:
            async with self.session.get(f"http://{host}:{self.agent_port}/applied", timeout=ANSWER) as response:
                response.raise_for_status()
                table: Table = await response.json()
                return table
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None


def _applied(entry: Mapping[str, Any]) -> Applied:
    return Applied(
        stable=entry.get("stable"),
        candidate=entry.get("candidate"),
        weight=int(entry.get("weight") or 0),
        active=dict(entry.get("active") or {}),
    )


def _is_ready(pod: Manifest) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
