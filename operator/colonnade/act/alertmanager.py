"""Alerts on their way to Alertmanagers, each with a time limit; that one isn't there delays nothing else."""

import logging
from dataclasses import dataclass, field

import aiohttp

from colonnade.plan.common.actions import SendAlerts

log = logging.getLogger(__name__)

LIMIT = aiohttp.ClientTimeout(total=5.0, sock_connect=2.0)
LONGEST_WORDS = 200
Told = tuple[str, str, str]  # namespace and name of a policy, name of its receiver


@dataclass
class Alertmanagers:
    """untold: why the last alerts of a policy did not reach a receiver of its; absent where they did."""

    session: aiohttp.ClientSession
    untold: dict[Told, str] = field(default_factory=dict)

    async def send(self, namespace: str, policy: str, wanted: SendAlerts) -> None:
        told = (namespace, policy, wanted.receiver)
        if problem := await self._post(wanted):
            log.warning("MonitorPolicy %s/%s: %s could not be told: %s", namespace, policy, wanted.receiver, problem)
            self.untold[told] = problem
        else:
            self.untold.pop(told, None)

    def of(self, namespace: str, policy: str) -> dict[str, str]:
        """By receiver."""
        return {name: why for (space, of, name), why in self.untold.items() if (space, of) == (namespace, policy)}

    async def _post(self, wanted: SendAlerts) -> str:
        address = f"{wanted.url.rstrip('/')}/api/v2/alerts"
        try:
            async with self.session.post(address, json=list(wanted.alerts), timeout=LIMIT) as response:
                said = "" if response.ok else (await response.text())[:LONGEST_WORDS]
                return "" if response.ok else f"{address}: HTTP {response.status}: {said}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return f"{address}: {str(error) or type(error).__name__}"
