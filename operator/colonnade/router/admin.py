"""Envoy's own administration interface, on loopback."""

import json
import re
from collections import Counter
from dataclasses import dataclass

import aiohttp

from colonnade.router.state import Name, Revision

TIMEOUT = aiohttp.ClientTimeout(total=2.0)
IN_FLIGHT = re.compile(r"^cluster\.([^/.]+)/([^/.]+)/([^/.+]+)(?:\+grpc)?\.upstream_rq_(?:active|pending_active)$")


class Unreachable(Exception):
    """Envoy doesn't answer, or not with what was asked."""


@dataclass(frozen=True)
class Admin:
    """url: such as http://127.0.0.1:9901. Both calls raise Unreachable."""

    session: aiohttp.ClientSession
    url: str

    async def in_flight(self) -> dict[Revision, int]:
        """Requests under way in each revision, or waiting for a connection; revisions without any are left out."""
        names = r"^cluster\..*\.upstream_rq_(active|pending_active)$"
        query = {"format": "json", "type": "Gauges", "usedonly": "", "filter": names}  # of all that Envoy counts
        stats = json.loads(await self._call("GET", "/stats", query))["stats"]
        found: Counter[Revision] = Counter()
        for stat in stats:
            if stat.get("value") and (match := IN_FLIGHT.match(stat["name"])):
                namespace, deployment, revision = match.groups()
                found[Revision(Name(namespace, deployment), revision)] += stat["value"]
        return dict(found)

    async def drain(self) -> None:
        """Sends clients elsewhere: each answer from now on closes its connection, while requests are still taken."""
        await self._call("POST", "/drain_listeners", {"graceful": "", "skip_exit": ""})

    async def _call(self, method: str, path: str, query: dict[str, str]) -> str:
        try:
            async with self.session.request(method, self.url + path, params=query, timeout=TIMEOUT) as answer:
                answer.raise_for_status()
                return await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(f"Envoy's admin at {self.url}{path}: {str(error) or type(error).__name__}") from error
