"""A Deployment from its first revision to its end: a router that obeys, and pods that come when they are asked for."""

import pytest

from colonnade.kube.kinds import BUDGETS, DEPLOYMENTS, NETWORK_POLICIES, SERVICES, WORKLOADS

OWNED = (SERVICES, BUDGETS, NETWORK_POLICIES)
EXTERNAL = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "late"}, "spec": {"type": "ExternalName"}}
LATER = {"COLONNADE_SERVING_IMAGE": "colonnade/serving:next"}
MANAGED = "app.kubernetes.io/managed-by"


@pytest.fixture
async def serving(here, users, operator):
    """`late` serves its first version; the name of its pods' Deployment."""
    await users.bring("late-1")
    await users.serve()
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves")
    (workload,) = here.journal.of(WORKLOADS)
    return workload["metadata"]["name"]


def workload(here):
    (found,) = here.journal.of(WORKLOADS)
    return found


async def gone(here, users):
    await users.delete(DEPLOYMENTS, "late")
    await here.journal.until(lambda: not here.journal.find(DEPLOYMENTS, "late"), "the Deployment's end")


async def test_a_revision_has_pods_a_service_for_life_a_budget_and_a_network_policy(here, serving):
    for resource in OWNED:
        assert here.journal.find(resource, serving), resource
    assert here.journal.find(SERVICES, "late")["spec"]["type"] == "ExternalName"
    stable = here.journal.find(DEPLOYMENTS, "late")["status"]["stable"]
    assert (serving, stable["weight"]) == (f"late-{stable['revision']}", 100)


async def test_once_it_serves_nothing_is_written(here, serving):
    before = dict(here.journal.now)
    assert await here.rests() == []
    assert here.journal.now == before


async def test_a_field_of_ours_that_someone_changed_is_set_right(here, serving):
    key = here.client.key(SERVICES, "late")
    await here.client.merge(key, {"spec": {"externalName": "elsewhere.example"}}, manager="someone")
    await here.journal.until(lambda: external_names(here) == ["elsewhere.example"], "the change")
    await here.journal.until(lambda: "colonnade-router" in external_names(here)[0], "set right")


def external_names(here):
    return [one["spec"]["externalName"] for one in here.journal.of(SERVICES) if one["metadata"]["name"] == "late"]


async def test_a_service_that_someone_deleted_comes_back(here, users, serving):
    before = here.journal.find(SERVICES, serving)["metadata"]["uid"]
    await users.delete(SERVICES, serving)
    await here.journal.until(
        lambda: (here.journal.find(SERVICES, serving) or {}).get("metadata", {}).get("uid", before) != before, "another"
    )


async def test_labels_that_someone_took_away_come_back(here, serving):
    changed = await here.client.merge(
        here.client.key(WORKLOADS, serving), {"metadata": {"labels": {MANAGED: None}}}, manager="someone"
    )
    assert MANAGED not in changed["metadata"]["labels"]
    await here.journal.until(lambda: generation_after(here, changed), "its labels")


def generation_after(here, changed):
    now = workload(here)["metadata"]
    newer = int(now["resourceVersion"]) > int(changed["metadata"]["resourceVersion"])
    return newer and now["labels"].get(MANAGED) == "colonnade"


async def test_replicas_are_scaled_and_nothing_else_of_the_pods_changes(here, users, serving):
    before = workload(here)["spec"]
    await users.serve(replicas=3)
    await here.journal.until(lambda: workload(here)["spec"]["replicas"] == 3, "three replicas")
    assert workload(here)["spec"] == {**before, "replicas": 3}


async def test_an_upgrade_of_the_operator_restarts_no_pod(here, operator, serving):
    before = workload(here)["metadata"]["generation"]
    operator.environment |= LATER
    assert await here.rests() == []
    assert workload(here)["metadata"]["generation"] == before


async def test_deletion_leaves_nothing_behind(here, users, serving):
    await gone(here, users)
    assert not list(here.journal.of(WORKLOADS))
    assert not here.journal.find(SERVICES, "late")
    assert not [resource for resource in OWNED if here.journal.find(resource, serving)]


async def test_pods_stay_while_a_router_still_sends_to_them(here, users, serving):
    revision = serving.removeprefix("late-")
    here.router.holds["late"] = {"stable": revision, "candidate": None, "weight": 0, "active": {revision: 3}}
    await users.delete(DEPLOYMENTS, "late")
    await here.journal.until(lambda: not here.journal.find(SERVICES, "late"), "the client's Service gone")
    assert workload(here)
    here.router.holds.clear()
    await here.journal.until(lambda: not here.journal.find(DEPLOYMENTS, "late"), "the Deployment's end")
    assert not list(here.journal.of(WORKLOADS))


async def test_a_name_that_someone_else_has_is_left_to_them_and_said(here, users, operator):
    theirs = {"type": "ExternalName", "externalName": "theirs.example"}
    await here.client.apply({**EXTERNAL, "spec": theirs}, "someone")
    await users.bring("late-1")
    await users.serve()
    await here.event("NameTaken")
    assert external_names(here) == ["theirs.example"]


async def test_a_name_that_someone_else_has_stalls_until_they_give_it_up(here, users, operator):
    await here.client.apply({**EXTERNAL, "spec": {"type": "ExternalName", "externalName": "theirs.example"}}, "someone")
    await users.bring("late-1")
    await users.serve()
    await here.journal.until(lambda: stalled(here), "it is stalled")
    assert "late exists and belongs to someone else" in stalled(here)["message"]
    since = stalled(here)["lastTransitionTime"]
    await here.until(operator.passes, await operator.passes() + 3)
    assert stalled(here)["lastTransitionTime"] == since
    assert not here.journal.says(DEPLOYMENTS, "late", Reconciling="True")
    await users.delete(SERVICES, "late")
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves")
    await here.journal.until(lambda: not stalled(here), "it is stalled no more")
    assert await here.rests() == []


def stalled(here):
    conditions = ((here.journal.find(DEPLOYMENTS, "late") or {}).get("status") or {}).get("conditions", ())
    return next((one for one in conditions if (one["type"], one["reason"]) == ("Stalled", "NameTaken")), None)
