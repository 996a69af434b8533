"""What users do, from the first Dataset to the last deletion, with someone else at work on the same objects."""

from colonnade.kube.kinds import (
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
)
from colonnade_api.wellknown import MANAGED_BY_LABEL
from tests.harness.harness import Harness
from tests.harness.journal import Journal
from tests.harness.users import Users

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


async def first_version(stage: Harness) -> None:
    """Everything is applied at once; it ends with one version that serves."""
    users = Users(stage.client, stage.journal)
    for bystander in BYSTANDERS:
        await stage.client.apply({**bystander, "metadata": {"name": "theirs"}}, "someone")
    await users.serve()
    await users.watch_over()
    await users.train()
    await users.dataset()
    await stage.journal.until(lambda: users.serves("late-1"), "late-1 serves")


async def someone_else(stage: Harness) -> None:
    """Marks whatever is ours, and what we made."""
    mine = (DATASETS, MODEL_VERSIONS, DEPLOYMENTS, JOBS, SERVICES, WORKLOADS, BUDGETS, NETWORK_POLICIES)
    marks = {"metadata": {"labels": LABEL, "annotations": ANNOTATION}}
    for key, manifest in list(stage.journal.now.items()):
        if key.resource in mine and manifest["metadata"]["name"] != "theirs":
            await stage.client.merge(key, marks, manager="someone")
    for manifest in list(stage.journal.of(WORKLOADS)):
        key = stage.client.key(WORKLOADS, manifest["metadata"]["name"])
        await stage.client.merge(key, {"spec": {"revisionHistoryLimit": 3}}, manager="someone")


async def second_version(stage: Harness) -> None:
    """It ends with the second in the first one's place, and the first one's pods asleep."""
    users = Users(stage.client, stage.journal)
    await users.train("late-2", NOT_WORSE)
    await users.promote("late-2")
    await stage.journal.until(lambda: users.serves("late-2"), "late-2 serves")
    await stage.journal.until(lambda: users.sleeps("late-1"), "late-1 sleeps")


async def told(stage: Harness) -> None:
    """All but the deletion."""
    for act in (first_version, someone_else, second_version):
        await act(stage)


async def delete_all(stage: Harness) -> None:
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
        or ((manifest["metadata"].get("labels") or {}).get(MANAGED_BY_LABEL) and key.name != "colonnade-store")
    ]
