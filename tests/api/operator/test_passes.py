"""What the operator makes of a wish, against the real API server."""

import json

import pytest

from colonnade.kube.kinds import CLAIMS, CONFIG_MAPS, DATASETS, EVENTS, JOBS, NETWORK_POLICIES
from tests.harness.invariants import always

REFUSAL = {"outcome": "Invalid", "reason": "TooManyInvalidRows", "message": "5 % of the rows break a rule"}
POLICY = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "flights-dataset"}}
MARK = {"metadata": {"annotations": {"team.example/cost-center": "42"}}}


@pytest.fixture(autouse=True)
async def as_ever(here):
    yield
    assert always(here.journal, here.proxy.calls) == []


@pytest.fixture
async def accepted(here, users, operator):
    """A Dataset that has its first version."""
    await users.dataset()
    await said(here, Ready="True", Valid="True")
    return here.journal.find(DATASETS, "flights")


def said(here, **conditions):
    return here.journal.until(lambda: here.journal.says(DATASETS, "flights", **conditions), f"flights {conditions}")


def job(here):
    """Once it is there."""
    return here.journal.until(lambda: next(here.journal.of(JOBS), None), "its Job")


def uids(here):
    return [one["metadata"]["uid"] for one in here.journal.of(JOBS)]


async def test_a_dataset_gets_its_job_its_store_and_its_network_policy(here, users, operator):
    here.kubelet.awake.clear()
    await users.dataset()
    assert (await job(here))["metadata"]["ownerReferences"][0]["name"] == "flights"
    await said(here, Ready="False", Reconciling="True")
    assert here.journal.find(CLAIMS, "colonnade-store")
    assert here.journal.find(NETWORK_POLICIES, "flights-dataset")


async def test_a_jobs_answer_becomes_status(here, accepted):
    status = accepted["status"]
    assert [version["digest"] for version in status["versions"]] == [status["current"]]
    assert status["observedGeneration"] == accepted["metadata"]["generation"]
    assert await here.event("VersionCreated")
    assert await here.rests() == []


async def test_an_operator_killed_and_started_again_writes_nothing(here, accepted):
    before = dict(here.journal.now)
    assert await here.rests() == []
    assert here.journal.now == before


async def test_what_happened_while_no_operator_ran_is_taken_up(here, users):
    here.kubelet.awake.clear()
    here.kubelet.answer = lambda _: {**REFUSAL, "version": None}
    operator = here.operator(restarted=False)
    await users.dataset()
    await job(here)
    operator.end()
    here.kubelet.awake.set()
    await here.journal.until(lambda: next(here.journal.of(JOBS))["status"].get("completionTime"), "the Job's end")
    operator.start()
    await said(here, Valid="TooManyInvalidRows")


async def test_a_long_spec_lies_beside_its_job_and_goes_with_it(here, users, operator):
    await users.wide_dataset()
    made = await job(here)
    told = await here.client.get(here.client.key(CONFIG_MAPS, made["metadata"]["name"]))
    assert told["metadata"]["ownerReferences"][0]["name"] == "flights"
    assert len(json.loads(told["data"]["job.json"])["spec"]["schema"]["columns"]) == 60
    await said(here, Ready="True", Valid="True")
    await users.dataset()  # another spec, a short one
    name = made["metadata"]["name"]
    await here.journal.until(lambda: name not in [one["metadata"]["name"] for one in here.journal.of(JOBS)], "it goes")
    assert await here.client.get(here.client.key(CONFIG_MAPS, name)) is None


async def test_a_job_that_someone_deleted_is_run_again(here, users, operator):
    here.kubelet.awake.clear()
    await users.dataset()
    first = await job(here)
    await users.delete(JOBS, first["metadata"]["name"])
    await here.journal.until(lambda: uids(here) not in ([], [first["metadata"]["uid"]]), "another Job")
    here.kubelet.awake.set()
    await said(here, Ready="True")


async def test_a_name_that_someone_else_has_is_left_alone_and_said(here, users, operator):
    theirs = await here.client.apply({**POLICY, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}, "someone")
    await users.dataset()
    assert "belongs to someone else" in (await here.event("NameTaken"))["note"]
    await said(here, Stalled="NameTaken")
    assert here.journal.find(NETWORK_POLICIES, "flights-dataset")["spec"] == theirs["spec"]


async def test_what_a_predecessor_left_is_waited_for_and_its_answer_is_not_taken(here, users, operator, accepted):
    here.kubelet.awake.clear()  # so that no garbage is collected
    old = uids(here)
    await users.delete(DATASETS, "flights")
    await users.dataset()
    await here.until(operator.passes, await operator.passes() + 3)
    assert not here.journal.says(DATASETS, "flights", Ready="True")
    assert "NameTaken" not in [one["reason"] for one in (await here.client.list(EVENTS))["items"]]
    here.kubelet.awake.set()
    await said(here, Ready="True")
    assert uids(here) != old


async def test_what_others_write_on_our_objects_survives(here, accepted):
    keys = [here.client.key(NETWORK_POLICIES, "flights-dataset"), here.client.key(DATASETS, "flights")]
    for key in keys:
        await here.client.merge(key, MARK, manager="someone")
    assert await here.rests() == []
    assert [here.journal.now[key]["metadata"]["annotations"]["team.example/cost-center"] for key in keys] == ["42"] * 2


async def test_a_spec_that_is_mended_recovers(here, users, operator):
    here.kubelet.awake.clear()
    await users.dataset()
    await job(here)
    await users.dataset("pvc://raw/flights.csv")
    await here.journal.until(
        lambda: [mounts_claim(one) for one in here.journal.of(JOBS)] == [True], "the one Job mounts the claim"
    )


def mounts_claim(manifest):
    return any(volume["name"] == "source" for volume in manifest["spec"]["template"]["spec"]["volumes"])


async def test_credentials_reach_the_pod_by_reference_alone(here, users, operator):
    await users.dataset("s3://raw/flights.csv", secretRef={"name": "raw"})
    named = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]["name"]
        for variable in (await job(here))["spec"]["template"]["spec"]["containers"][0]["env"]
        if "valueFrom" in variable
    }
    assert named["COLONNADE_SOURCE_AWS_SECRET_ACCESS_KEY"] == "raw"
