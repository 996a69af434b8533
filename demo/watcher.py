"""What the Deployment's status said, and when: one record for each change of weight, candidate or stable."""

import time
from dataclasses import dataclass, field
from typing import Any

from kubernetes.aio import client, config, watch

GROUP, VERSION, PLURAL = "colonnade.dev", "v1alpha1", "deployments"


@dataclass(frozen=True)
class Moment:
    at: float
    stable: str
    candidate: str
    weight: int


@dataclass
class Watcher:
    """Follows one Deployment; `status` is the newest one seen, `moments` the changes of its traffic."""

    name: str
    namespace: str
    status: dict[str, Any] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)

    async def run(self) -> None:
        await config.load_kube_config()
        async with client.ApiClient() as api:
            resources = client.CustomObjectsApi(api)
            while True:
                async with watch.Watch() as stream:
                    async for event in stream.stream(
                        resources.list_namespaced_custom_object,
                        GROUP, VERSION, self.namespace, PLURAL,
                        field_selector=f"metadata.name={self.name}",
                        timeout_seconds=60,
                    ):  # fmt: skip
                        self._saw(event["object"].get("status") or {})

    def _saw(self, status: dict[str, Any]) -> None:
        self.status = status
        stable, candidate = status.get("stable") or {}, status.get("candidate") or {}
        now = Moment(time.time(), stable.get("revision", ""), candidate.get("revision", ""), candidate.get("weight", 0))
        before = self.moments[-1] if self.moments else None
        if before is None or (before.stable, before.candidate, before.weight) != (
            now.stable,
            now.candidate,
            now.weight,
        ):
            self.moments.append(now)
