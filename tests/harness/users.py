"""What users ask for, and how they see that it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from colonnade.kube.kinds import (
    DATASETS,
    DEPLOYMENTS,
    MODEL_VERSIONS,
    MONITOR_POLICIES,
    WORKLOADS,
    Manifest,
    Resource,
)
from colonnade.manifests.labels import OWNER_LABELS
from colonnade_api.wellknown import PROMOTE_ANNOTATION
from tests.harness.client import Client
from tests.harness.journal import Journal

SERVED = OWNER_LABELS[MODEL_VERSIONS]
STEPS = [{"setWeight": 20, "hold": "0s"}, {"setWeight": 60, "hold": "0s"}]
FOREST = {
    "datasetRef": {"name": "flights"},
    "target": "late",
    "task": "Classification",
    "estimator": {"name": "sklearn.ensemble.RandomForestClassifier"},
}


@dataclass(frozen=True)
class Users:
    """What they ask for, and how they see that it is done."""

    client: Client
    journal: Journal

    async def want(self, resource: Resource, name: str, spec: Manifest, **annotations: str) -> Manifest:
        """kubectl apply --server-side."""
        metadata = {"name": name, **({"annotations": annotations} if annotations else {})}
        manifest = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata, "spec": spec}
        return await self.client.apply(manifest)

    async def dataset(self, uri: str = "https://data.example/flights.csv", **source: object) -> Manifest:
        return await self.want(DATASETS, "flights", {"source": {"storageUri": uri, **source}})

    async def wide_dataset(self, columns: int = 60) -> Manifest:
        """Whose spec is longer than a variable may be."""
        allowed = [f"a value that may occur {n}" for n in range(100)]
        rules = [{"name": f"column_{n}", "type": "category", "allowed": allowed} for n in range(columns)]
        source = {"storageUri": "https://data.example/wide.csv"}
        return await self.want(DATASETS, "flights", {"source": source, "schema": {"columns": rules}})

    async def train(self, name: str = "late-1", gates: Sequence[Manifest] = ()) -> None:
        await self.want(MODEL_VERSIONS, name, {"model": "late", "training": FOREST, "gates": list(gates)})

    async def bring(self, name: str, gates: Sequence[Manifest] = ()) -> None:
        source = {"storageUri": f"https://models.example/{name}.onnx"}
        await self.want(MODEL_VERSIONS, name, {"model": "late", "source": source, "gates": list(gates)})

    async def serve(self, **spec: object) -> None:
        wanted = {"model": {"name": "late"}, "replicas": 2, "strategy": {"canary": {"steps": STEPS}}, **spec}
        await self.want(DEPLOYMENTS, "late", wanted)

    async def watch_over(self) -> None:
        signal = {"name": "errors", "type": "ErrorRate", "max": 0.01, "action": "Rollback"}
        await self.want(MONITOR_POLICIES, "usual", {"signals": [signal]})

    async def promote(self, version: str) -> None:
        """As soon as it is the candidate, all its steps."""
        revision = await self.journal.until(lambda: self._candidate(version), f"{version} is the candidate")
        await self.client.merge(
            self.client.key(DEPLOYMENTS, "late"), {"metadata": {"annotations": {PROMOTE_ANNOTATION: f"{revision}/all"}}}
        )

    async def delete(self, resource: Resource, name: str) -> None:
        await self.client.delete(self.client.key(resource, name))

    def _candidate(self, version: str) -> str | None:
        candidate = self._status().get("candidate") or {}
        return candidate["revision"] if candidate.get("modelVersion") == version else None

    def serves(self, version: str) -> bool:
        """It alone, and everything before it is over."""
        status = self._status()
        alone = (status.get("stable") or {}).get("modelVersion") == version and not status.get("candidate")
        return alone and "endedAt" in status["history"][0] and self.journal.says(DEPLOYMENTS, "late", Ready="True")

    def sleeps(self, version: str) -> bool:
        """It is kept for the way back, without a pod."""
        mine = next(one for one in self.journal.of(WORKLOADS) if one["metadata"]["labels"][SERVED] == version)
        return mine["spec"]["replicas"] == 0 and not mine["status"].get("readyReplicas")

    def _status(self) -> Manifest:
        found: Manifest = (self.journal.find(DEPLOYMENTS, "late") or {}).get("status") or {}
        return found
