"""Another controller applies the same manifests whenever it sees a difference, as Argo CD does with self-heal.

It does so under its own name, either as `kubectl apply` does or server-side; whether there is a difference it finds out
as `kubectl diff` does.
"""

import pytest

from colonnade.kube.kinds import DEPLOYMENTS, MODEL_VERSIONS, OURS
from tests.gitops.ownership import contested

CONTROLLER = "--field-manager=argocd-controller"
WAYS = {"client-side": (), "server-side": ("--server-side", "--force-conflicts")}
STEPS = [{"setWeight": 20, "hold": "0s"}, {"pause": {}}]


def made(resource, name, spec):
    return {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": {"name": name}, "spec": spec}


def version(name):
    source = {"storageUri": f"https://models.example/{name}.onnx"}
    return made(MODEL_VERSIONS, name, {"model": "late", "source": source, "approval": {"required": True}})


SERVING = made(DEPLOYMENTS, "late", {"model": {"name": "late"}, "strategy": {"canary": {"steps": STEPS}}})


@pytest.fixture(params=WAYS)
def heals(request, here, kubectl):
    """Applies what is committed, and finds no difference once the operator rests: the two sides of a diff are read one
    after the other."""

    async def apply(*manifests):
        way = WAYS[request.param]
        await kubectl("apply", CONTROLLER, *way, manifests=list(manifests))
        await here.settles()
        await kubectl("diff", CONTROLLER, *way, manifests=list(manifests))

    return apply


async def test_self_heal_takes_back_no_decision_and_finds_nothing_to_heal(here, users, operator, colonnade, heals):
    await heals(version("late-1"), SERVING)
    await colonnade("approve", "mv/late-1", "--reason", "the first")
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves")
    committed = (version("late-1"), version("late-2"), SERVING)
    await heals(*committed)
    await colonnade("approve", "mv/late-2", "--reason", "better")
    await here.journal.until(lambda: step(here) == 0, "its first step")
    await heals(*committed)
    for number in range(len(STEPS)):
        await here.journal.until(lambda number=number: step(here) == number, f"step {number}")
        await colonnade("promote", "mdep/late")
        await heals(*committed)
    await here.journal.until(lambda: users.serves("late-2"), "late-2 serves")
    await here.settles()
    before = dict(here.journal.now)
    await heals(*committed)
    assert await here.rests() == []
    assert here.journal.now == before
    assert [field for resource in OURS for one in here.journal.of(resource) for field in contested(one)] == []


def step(here):
    """Where the rollout to late-2 stands."""
    status = (here.journal.find(DEPLOYMENTS, "late") or {}).get("status") or {}
    candidate = status.get("candidate") or {}
    return status["step"]["index"] if candidate.get("modelVersion") == "late-2" and candidate.get("ready") else None
