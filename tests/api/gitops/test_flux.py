"""Flux applies what is committed, again and again: it and the operator leave each other's fields alone."""

import asyncio
from pathlib import Path

import pytest
import yaml

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, OURS, WORKLOADS
from colonnade_api.wellknown import REFRESH_ANNOTATION
from tests.gitops.ownership import contested, fields_of

QUICKSTART = Path(__file__).resolve().parents[3] / "examples" / "quickstart"
NAME, V1, V2 = "flights-late", "flights-late-1", "flights-late-2"
METRICS = {"roc_auc": {"value": 0.9, "low": 0.88, "high": 0.92, "n": 400}}


def example(name):
    """What is ours in one of the quickstart's files."""
    found = yaml.safe_load_all((QUICKSTART / f"{name}.yaml").read_text())
    return [one for one in found if one["apiVersion"].startswith("colonnade.dev/")]


@pytest.fixture(autouse=True)
def passes_its_gates(here):
    answer = here.kubelet.answer
    here.kubelet.answer = lambda container: (
        answer(container) | ({"metrics": METRICS} if container["command"][1] == "train" else {})
    )


class GitOps:
    """A team that commits, and sees what comes of it."""

    def __init__(self, here, git, following, colonnade):
        self.here, self.git, self.following, self.colonnade = here, git, following, colonnade

    async def commits(self, message, **files):
        """Applied, as the commit says."""
        self.git.commit(message, **files)
        await self.resyncs()

    async def resyncs(self):
        await asyncio.to_thread(self.following.follows)

    async def reverts(self):
        self.git.revert()
        await self.resyncs()

    def status(self):
        return (self.here.journal.find(DEPLOYMENTS, NAME) or {}).get("status") or {}

    async def serves(self, version):
        def settled():
            status = self.status()
            alone = (status.get("stable") or {}).get("modelVersion") == version and not status.get("candidate")
            return alone and "endedAt" in status["history"][0]

        await self.here.journal.until(settled, f"{version} serves")

    async def tries(self, version):
        """The revision, once it is the candidate and its pods are ready."""

        def ready():
            candidate = self.status().get("candidate") or {}
            return candidate.get("modelVersion") == version and candidate.get("ready") and candidate["revision"]

        return await self.here.journal.until(ready, f"{version} is the candidate")

    async def promotes(self):
        """Step after step, as often as it takes."""
        steps = len(self.here.journal.find(DEPLOYMENTS, NAME)["spec"]["strategy"]["canary"]["steps"])
        for step in range(steps):
            await self.here.journal.until(lambda step=step: self.status()["step"]["index"] == step, f"step {step}")
            await self.colonnade("promote", f"mdep/{NAME}")

    async def aborts(self, version):
        await self.tries(version)
        await self.colonnade("abort", f"mdep/{NAME}")
        await self.serves(V1)

    async def now(self, resource, name):
        """The object as the API server has it, which the journal hears of a little later."""
        return await self.here.client.get(self.here.client.key(resource, name))

    def objects(self):
        found = [one for resource in OURS for one in self.here.journal.of(resource)]
        return sorted(found, key=lambda one: (one["kind"], one["metadata"]["name"]))

    def tried(self, revision):
        """How often it became the candidate."""
        found = [
            (entry.manifest.get("status") or {}).get("candidate") or {}
            for entry in self.here.journal.entries()
            if entry.key.resource == DEPLOYMENTS
        ]
        turns = [one.get("revision") for one in found]
        return sum(one == revision != before for before, one in zip([None, *turns], turns, strict=False))


def resources(*names):
    return yaml.safe_dump({"resources": [f"{name}.yaml" for name in names]})


ALL = resources("data", "first", "serving", "second")


@pytest.fixture
async def team(here, git, following, colonnade, operator):
    """The quickstart's first version serves, from three commits."""
    made = GitOps(here, git, following, colonnade)
    await made.commits("the data", data=example("10-dataset"), kustomization=resources("data"))
    pushed = {"metadata": {"annotations": {REFRESH_ANNOTATION: "pushed"}}}
    await here.client.merge(here.client.key(DATASETS, "flights"), pushed, manager="colonnade-cli")
    await made.commits("a model", first=example("20-model-v1"), kustomization=resources("data", "first"))
    serving = example("30-deployment")
    await made.commits("serve it", serving=serving, kustomization=resources("data", "first", "serving"))
    await made.serves(V1)
    return made


async def second(team):
    await team.commits("a better model", second=example("40-model-v2"), kustomization=ALL)


async def nothing_moves(team):
    """Neither at two resyncs of Flux's, nor at two of the operator's."""
    await team.here.settles()
    before = team.objects()
    for _ in range(2):
        await team.resyncs()
    assert await team.here.rests() == []
    assert team.objects() == before
    assert [field for one in team.objects() for field in contested(one)] == []


async def test_a_rollout_and_its_promotion_leave_no_drift_and_no_contested_field(team):
    await second(team)
    await team.tries(V2)
    await team.resyncs()
    await team.promotes()
    await team.serves(V2)
    await nothing_moves(team)


async def test_what_people_tell_the_command_outlives_a_resync(team):
    (version,) = example("40-model-v2")
    version["spec"]["approval"] = {"required": True}
    await team.commits("a better model, to be approved", second=[version], kustomization=ALL)
    await team.here.journal.until(
        lambda: team.here.journal.says(MODEL_VERSIONS, V2, Ready="PendingManualApproval"), "approval is asked for"
    )
    await team.colonnade("approve", f"mv/{V2}", "--reason", "better on every airline")
    await team.tries(V2)
    await team.colonnade("promote", f"mdep/{NAME}")
    await team.resyncs()
    approved, told = await team.now(MODEL_VERSIONS, V2), await team.now(DEPLOYMENTS, NAME)
    assert approved["spec"]["approval"]["decision"] == "Approved"
    assert "colonnade.dev/promote" in told["metadata"]["annotations"]


async def test_a_resync_never_starts_a_rejected_revision_again(team):
    await second(team)
    await team.aborts(V2)
    rejected = team.status()["rejected"][0]["revision"]
    for _ in range(2):
        await team.resyncs()
    await team.reverts()
    await team.here.journal.until(lambda: not team.here.journal.find(MODEL_VERSIONS, V2), "it is pruned")
    await team.reverts()  # the revert, so that it comes again
    await team.here.journal.until(lambda: team.here.journal.says(MODEL_VERSIONS, V2, Ready="True"), "it is back")
    await nothing_moves(team)
    assert team.tried(rejected) == 1


async def test_an_undo_holds_through_resyncs_until_a_revert_says_the_same(team):
    await second(team)
    await team.tries(V2)
    await team.promotes()
    await team.serves(V2)
    await team.colonnade("undo", f"mdep/{NAME}")
    await team.serves(V1)
    undone = team.status()["rejected"][0]["revision"]
    for _ in range(2):
        await team.resyncs()
    await team.reverts()
    await nothing_moves(team)
    assert team.status()["stable"]["modelVersion"] == V1
    assert team.tried(undone) == 1
    assert team.here.journal.says(DEPLOYMENTS, NAME, Ready="True", Stalled="absent")


async def test_a_revert_alone_goes_back_step_by_step_and_what_was_pruned_serves_until_then(team):
    await second(team)
    await team.tries(V2)
    await team.promotes()
    await team.serves(V2)
    await team.reverts()
    assert not await team.now(MODEL_VERSIONS, V2)
    await team.tries(V1)
    assert team.status()["stable"]["modelVersion"] == V2
    assert len([one for one in team.here.journal.of(WORKLOADS) if one["spec"]["replicas"] == 2]) == 2
    await team.promotes()
    await team.serves(V1)
    assert team.status().get("rejected", []) == []


async def test_flux_is_told_that_the_newest_version_does_not_serve_until_it_is_taken_out(team):
    await second(team)
    await team.aborts(V2)
    team.following.waits_for("colonnade.dev/v1alpha1", "Deployment", NAME)
    await team.resyncs()
    ready, message = team.following.ready()
    assert ready == "False"
    assert f"{NAME} status: 'Failed'" in message
    await team.reverts()
    assert team.following.ready()[0] == "True"


async def test_what_is_pruned_goes_in_its_own_order(team):
    revision = team.status()["stable"]["revision"]
    team.here.router.holds[NAME] = {"stable": revision, "candidate": None, "weight": 0, "active": {revision: 3}}
    await team.commits("serve it no more", serving=None, kustomization=resources("data", "first"))
    leaving = await team.now(DEPLOYMENTS, NAME)
    assert leaving["metadata"]["deletionTimestamp"]
    assert leaving["metadata"]["finalizers"] == ["colonnade.dev/finalizer"]
    assert next(team.here.journal.of(WORKLOADS))["spec"]["replicas"] == 2
    team.here.router.holds.clear()
    await team.here.journal.until(lambda: not team.here.journal.find(DEPLOYMENTS, NAME), "its end")
    assert not list(team.here.journal.of(WORKLOADS))
    assert team.here.journal.find(MODEL_VERSIONS, V1)


async def test_what_someone_changed_by_hand_is_as_committed_after_a_resync(team):
    key = team.here.client.key(DEPLOYMENTS, NAME)
    await team.here.client.merge(key, {"spec": {"replicas": 4}}, manager="kubectl-edit")
    await team.resyncs()
    assert (await team.now(DEPLOYMENTS, NAME))["spec"]["replicas"] == 2
    await nothing_moves(team)


async def test_each_keeps_to_its_own_fields(team):
    deployment = team.here.journal.find(DEPLOYMENTS, NAME)
    committed, written = fields_of(deployment, "kustomize-controller"), fields_of(deployment, "colonnade-operator")
    assert not [path for path in committed if path.startswith("/status")]
    assert not [path for path in written if path.startswith("/spec")]
