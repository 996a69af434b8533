"""A Deployment from its first revision to its end: a router that obeys, and pods that come when they are asked for."""

import pytest

from tests.api.operator.processes import eventually
from tests.api.operator.quiet import stays_as_it_is
from tests.api.operator.router import Router

OWNED = (("Service", "v1"), ("PodDisruptionBudget", "policy/v1"), ("NetworkPolicy", "networking.k8s.io/v1"))


@pytest.fixture
def router(world):
    with Router(world) as router:
        yield router


@pytest.fixture
def serving(world, operator, router):
    """`late` serves its first version."""
    world.model_version()
    world.deployment()
    workload = eventually(lambda: next(iter(world.workloads()), None), "a workload")
    world.run_pods()
    eventually(lambda: world.has("Deployment", "late", Ready="True"), "serving")
    return workload["metadata"]["name"]


def test_a_revision_has_pods_a_service_for_life_a_budget_and_a_network_policy(world, serving):
    for kind, api_version in OWNED:
        assert world.get(kind, serving, api_version), kind
    assert world.get("Service", "late")["spec"]["type"] == "ExternalName"
    status = world.get("Deployment", "late")["status"]
    assert serving == f"late-{status['stable']['revision']}"
    assert status["stable"]["weight"] == 100


def test_once_it_serves_nothing_is_written(world, operator, serving):
    assert stays_as_it_is(world, operator)


def test_a_field_of_ours_that_someone_changed_is_set_right(world, serving):
    world.patch("Service", "late", {"spec": {"externalName": "elsewhere.example"}})
    eventually(lambda: "colonnade-router" in world.get("Service", "late")["spec"]["externalName"], "set right")


def test_a_service_that_someone_deleted_comes_back(world, serving):
    world.delete("Service", serving)
    eventually(lambda: world.get("Service", serving), "the revision's Service")


def test_labels_that_someone_took_away_come_back(world, serving):
    world.patch(
        "Deployment", serving, {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}}, None, "apps/v1"
    )

    def labelled():
        labels = world.get("Deployment", serving, "apps/v1")["metadata"]["labels"]
        return labels.get("app.kubernetes.io/managed-by") == "colonnade"

    eventually(labelled, "its labels")


def test_replicas_are_scaled_and_nothing_else_of_the_pods_changes(world, serving):
    before = world.get("Deployment", serving, "apps/v1")["spec"]
    world.deployment(replicas=3)
    eventually(lambda: world.get("Deployment", serving, "apps/v1")["spec"]["replicas"] == 3, "three replicas")
    assert world.get("Deployment", serving, "apps/v1")["spec"] == {**before, "replicas": 3}


def test_an_upgrade_of_the_operator_restarts_no_pod(world, operator, serving):
    before = world.get("Deployment", serving, "apps/v1")
    operator.end()
    operator.environment["COLONNADE_SERVING_IMAGE"] = "colonnade/serving:next"
    operator.start()
    eventually(operator.leads, "leading")
    eventually(lambda: operator.passes() >= 4, "passes")
    assert world.get("Deployment", serving, "apps/v1")["metadata"]["generation"] == before["metadata"]["generation"]


def test_deletion_leaves_nothing_behind(world, serving):
    world.delete("Deployment", "late", body={"propagationPolicy": "Background"})
    eventually(lambda: world.get("Deployment", "late") is None, "the Deployment's end")
    assert not world.workloads()
    assert not world.get("Service", "late")
    for kind, api_version in OWNED:
        assert not world.get(kind, serving, api_version), kind


def test_pods_stay_while_a_router_still_sends_to_them(world, router, serving):
    revision = serving.removeprefix("late-")
    key = f"{world.namespace}/late"
    router.holds[key] = {"stable": revision, "candidate": None, "weight": 0, "active": {revision: 3}}
    world.delete("Deployment", "late", body={"propagationPolicy": "Background"})
    eventually(lambda: not world.get("Service", "late"), "the client's Service gone")
    assert world.workloads()
    del router.holds[key]
    eventually(lambda: world.get("Deployment", "late") is None, "the Deployment's end")
    assert not world.workloads()


def test_two_deployments_of_one_name_that_someone_else_has_are_told(world, operator, router):
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "late"}}
    world.apply({**service, "spec": {"type": "ExternalName", "externalName": "theirs.example"}})
    world.model_version()
    world.deployment()
    eventually(
        lambda: [one for one in world.all("Event", "events.k8s.io/v1") if one["reason"] == "NameTaken"], "the event"
    )
    assert world.get("Service", "late")["spec"]["externalName"] == "theirs.example"
