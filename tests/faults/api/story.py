"""What users do, from the first Dataset to the last deletion, with someone else at work on the same objects."""

from dataclasses import dataclass

from colonnade.manifests.labels import MANAGED_BY, OWNER_LABELS
from colonnade.manifests.resources import (
    BUDGETS,
    DATASETS,
    DEPLOYMENTS,
    JOBS,
    MODEL_VERSIONS,
    MONITOR_POLICIES,
    NETWORK_POLICIES,
    SERVICES,
    WORKLOADS,
    Manifest,
    Resource,
)
from colonnade.plan.commands import PROMOTE
from tests.faults.api.client import Client
from tests.faults.api.journal import Journal
from tests.faults.api.stage import Stage

SERVED = OWNER_LABELS[MODEL_VERSIONS]
STEPS = [{"setWeight": 20, "hold": "0s"}, {"setWeight": 60, "hold": "0s"}]
FOREST = {
    "datasetRef": {"name": "flights"},
    "target": "late",
    "task": "Classification",
    "estimator": {"name": "sklearn.ensemble.RandomForestClassifier"},
}
NOT_WORSE = [{"metric": "roc_auc", "comparedTo": "Serving", "maxRegression": 0.01}]
LABEL, ANNOTATION = {"team.example/cost-center": "42"}, {"team.example/reviewed": "yes"}
BYSTANDERS: tuple[Manifest, ...] = (
    {"apiVersion": "v1", "kind": "Service", "spec": {"type": "ExternalName", "externalName": "theirs.example"}},
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "spec": {"podSelector": {}, "policyTypes": ["Egress"]},
    },
    {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "spec": {
            "suspend": True,
            "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "theirs", "image": "theirs"}]}},
        },
    },
)


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

    async def dataset(self, uri: str = "https://data.example/flights.csv", **source: object) -> None:
        await self.want(DATASETS, "flights", {"source": {"storageUri": uri, **source}})

    async def train(self, name: str = "late-1") -> None:
        await self.want(MODEL_VERSIONS, name, {"model": "late", "training": FOREST})

    async def bring(self, name: str, gates: list[Manifest]) -> None:
        source = {"storageUri": f"https://models.example/{name}.onnx"}
        await self.want(MODEL_VERSIONS, name, {"model": "late", "source": source, "gates": gates})

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
            self.client.key(DEPLOYMENTS, "late"), {"metadata": {"annotations": {PROMOTE: f"{revision}/all"}}}
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


async def first_version(stage: Stage) -> None:
    """Everything is applied at once; it ends with one version that serves."""
    users = Users(stage.client, stage.journal)
    for bystander in BYSTANDERS:
        await stage.client.apply({**bystander, "metadata": {"name": "theirs"}}, "someone")
    await users.serve()
    await users.watch_over()
    await users.train()
    await users.dataset()
    await stage.journal.until(lambda: users.serves("late-1"), "late-1 serves")


async def someone_else(stage: Stage) -> None:
    """Marks whatever is ours, and what we made."""
    mine = (DATASETS, MODEL_VERSIONS, DEPLOYMENTS, JOBS, SERVICES, WORKLOADS, BUDGETS, NETWORK_POLICIES)
    marks = {"metadata": {"labels": LABEL, "annotations": ANNOTATION}}
    for key, manifest in list(stage.journal.now.items()):
        if key.resource in mine and manifest["metadata"]["name"] != "theirs":
            await stage.client.merge(key, marks, manager="someone")
    for manifest in list(stage.journal.of(WORKLOADS)):
        key = stage.client.key(WORKLOADS, manifest["metadata"]["name"])
        await stage.client.merge(key, {"spec": {"revisionHistoryLimit": 3}}, manager="someone")


async def second_version(stage: Stage) -> None:
    """It ends with the second in the first one's place, and the first one's pods asleep."""
    users = Users(stage.client, stage.journal)
    await users.bring("late-2", NOT_WORSE)
    await users.promote("late-2")
    await stage.journal.until(lambda: users.serves("late-2"), "late-2 serves")
    await stage.journal.until(lambda: users.sleeps("late-1"), "late-1 sleeps")


async def told(stage: Stage) -> None:
    """All but the farewell."""
    for act in (first_version, someone_else, second_version):
        await act(stage)


async def farewell(stage: Stage) -> None:
    """Everything is deleted at once; it ends when nothing of it is left."""
    users = Users(stage.client, stage.journal)
    for key in [key for key in stage.journal.now if key.resource in (DEPLOYMENTS, MODEL_VERSIONS)]:
        await users.delete(key.resource, key.name)
    await users.delete(MONITOR_POLICIES, "usual")
    await users.delete(DATASETS, "flights")
    await stage.journal.until(lambda: not left(stage.journal), "nothing of it is left")


def left(journal: Journal) -> list[str]:
    """What ought to be gone once everything was deleted; the store's claim stays, since data outlives us."""
    kinds = (DATASETS, MODEL_VERSIONS, DEPLOYMENTS, MONITOR_POLICIES)
    return [
        str(key)
        for key, manifest in journal.now.items()
        if key.resource in kinds
        or ((manifest["metadata"].get("labels") or {}).get(MANAGED_BY) and key.name != "colonnade-store")
    ]
