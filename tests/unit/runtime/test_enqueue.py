"""Whose pass a change concerns."""

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, MONITOR_POLICIES
from colonnade.runtime.enqueue import keys_to_enqueue
from tests.unit.observe.cluster import (
    dataset,
    deployment,
    job,
    job_pod,
    joined,
    key,
    known,
    model_version,
    policy,
    serving_pod,
    slice_,
    workload,
)


def names(manifest, *others):
    return {f"{one.resource.plural}/{one.name}" for one in keys_to_enqueue(manifest, known(manifest, *others))}


def test_what_we_own_concerns_its_owner_alone():
    assert keys_to_enqueue(job(), known()) == {key(DATASETS, "flights")}
    assert keys_to_enqueue(job_pod(), known()) == {key(DATASETS, "flights")}
    assert keys_to_enqueue(workload(), known()) == {key(DEPLOYMENTS, "late")}
    assert keys_to_enqueue(serving_pod("p"), known()) == {key(DEPLOYMENTS, "late")}


def test_what_names_nobody_concerns_nobody():
    assert keys_to_enqueue(slice_("elsewhere", service="theirs"), known()) == set()


def test_a_dataset_concerns_the_versions_that_are_trained_on_it():
    found = keys_to_enqueue(dataset(), known(model_version("late-1"), model_version("other-1", dataset_name="weather")))
    assert found == {key(DATASETS, "flights"), key(MODEL_VERSIONS, "late-1")}


def test_a_dataset_concerns_those_that_are_made_with_it():
    others = joined("late", "weather", "flights"), joined("other", "weather")
    assert names(dataset(), *others) == {"datasets/flights", "datasets/late"}


def test_and_those_whose_versions_were_made_with_it_when_they_named_it():
    made = {"digest": "sha256:" + "3f" * 32, "upstream": [{"dataset": "flights", "digest": "sha256:" + "1f" * 32}]}
    moved = joined("late", "weather", status={"versions": [made]})
    assert names(dataset(), moved) == {"datasets/flights", "datasets/late"}


def test_a_version_concerns_the_deployments_of_its_model():
    assert names(model_version("late-2"), deployment("late"), deployment("other", model="other")) == {
        "modelversions/late-2",
        "deployments/late",
    }


def test_a_deployment_concerns_its_policy_and_the_versions_that_are_compared_with_it():
    changed = deployment("late", policy="strict")
    assert keys_to_enqueue(changed, known(model_version("late-2"))) == {
        key(DEPLOYMENTS, "late"),
        key(MONITOR_POLICIES, "strict"),
        key(MODEL_VERSIONS, "late-2"),
    }


def test_a_policy_concerns_the_deployments_that_name_it():
    assert names(policy("strict"), deployment("a", policy="strict"), deployment("b")) == {
        "monitorpolicies/strict",
        "deployments/a",
    }
