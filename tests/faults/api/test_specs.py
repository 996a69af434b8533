"""Specs that change their mind, that can't be met for a while, and objects that others write on too."""

import pytest

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, JOBS, MODEL_VERSIONS, SERVICES, WORKLOADS
from tests.faults.api import story
from tests.harness.harness import RESYNC
from tests.harness.invariants import always
from tests.harness.users import Users

OTHER = {"gracePeriod": "40s"}
NO_SUCH_MINUTE = {"schedule": "61 * * * *"}
IMPOSSIBLE, POSSIBLE = [{"metric": "roc_auc", "min": 0.99}], [{"metric": "roc_auc", "min": 0.5}]


@pytest.fixture
async def users(here):
    here.operator(environment=RESYNC)
    yield Users(here.client, here.journal)
    await here.settles()
    assert await here.rests() == []
    assert always(here.journal, here.proxy.calls) == []


def said(journal, resource, name, **conditions):
    return journal.until(lambda: journal.says(resource, name, **conditions), f"{name} {conditions}")


def uids(journal, resource):
    return {one["metadata"]["name"]: one["metadata"]["uid"] for one in journal.of(resource)}


async def test_settings_that_come_back_leave_the_revision_that_serves_as_it_was(here, users):
    await story.first_version(here)
    pods, services = list(here.journal.of(WORKLOADS)), uids(here.journal, SERVICES)
    await users.serve(serving=OTHER)
    await here.journal.until(lambda: len(uids(here.journal, WORKLOADS)) == 2, "pods of the other settings")
    await users.serve()
    await here.journal.until(lambda: uids(here.journal, SERVICES) == services, "the other revision's end")
    await here.journal.until(lambda: users.serves("late-1"), "late-1 alone")
    assert list(here.journal.of(WORKLOADS)) == pods
    assert here.journal.find(DEPLOYMENTS, "late")["status"]["rejected"] == []


async def test_settings_that_change_and_come_back_at_once_are_no_news(here, users):
    await story.first_version(here)
    pods = list(here.journal.of(WORKLOADS))
    await users.serve(serving=OTHER)
    await users.serve()
    await here.journal.until(lambda: users.serves("late-1"), "late-1 alone")
    await here.journal.until(lambda: list(here.journal.of(WORKLOADS)) == pods, "its pods alone, as they were")


async def test_a_source_that_comes_back_is_looked_at_again_and_its_version_is_current(here, users):
    await users.dataset()
    await said(here.journal, DATASETS, "flights", Ready="True", Valid="True")
    first = here.journal.find(DATASETS, "flights")["status"]["current"]
    await users.dataset("https://data.example/other.csv")
    await here.journal.until(lambda: current(here.journal) != first, "another version")
    await users.dataset()
    await here.journal.until(lambda: current(here.journal) == first, "the first version")
    await here.journal.until(lambda: len(list(here.journal.of(JOBS))) == 1, "one Job")


def current(journal):
    return journal.find(DATASETS, "flights")["status"]["current"]


async def test_an_invalid_spec_stalls_touches_nothing_and_recovers(here, users):
    await users.dataset()
    await said(here.journal, DATASETS, "flights", Ready="True")
    jobs, version = uids(here.journal, JOBS), current(here.journal)
    await users.dataset(refresh=NO_SUCH_MINUTE)
    await said(here.journal, DATASETS, "flights", Stalled="InvalidSpec", Ready="True")
    assert (uids(here.journal, JOBS), current(here.journal)) == (jobs, version)
    await users.dataset()
    await said(here.journal, DATASETS, "flights", Ready="True", Stalled="absent")
    assert (uids(here.journal, JOBS), current(here.journal)) == (jobs, version)


async def test_a_version_that_is_not_there_leaves_what_serves_alone_until_it_is(here, users):
    await story.first_version(here)
    pods = list(here.journal.of(WORKLOADS))
    await users.serve(model={"name": "late", "version": "late-9"})
    await said(here.journal, DEPLOYMENTS, "late", Reconciling="ModelVersionNotFound", Ready="True")
    assert list(here.journal.of(WORKLOADS)) == pods
    await users.bring("late-9", [])
    await users.promote("late-9")
    await here.journal.until(lambda: users.serves("late-9"), "late-9 serves")


async def test_gates_that_were_mended_pass_without_another_training(here, users):
    await users.bring("late-1", IMPOSSIBLE)
    await said(here.journal, MODEL_VERSIONS, "late-1", Trained="True", Stalled="True", Ready="False")
    jobs = uids(here.journal, JOBS)
    await users.bring("late-1", POSSIBLE)
    await said(here.journal, MODEL_VERSIONS, "late-1", Ready="True", Stalled="absent")
    assert uids(here.journal, JOBS) == jobs


async def test_what_others_write_survives_our_own_repairs(here, users):
    await story.first_version(here)
    await story.someone_else(here)
    service = here.client.key(SERVICES, "late")
    await here.client.merge(service, {"spec": {"externalName": "elsewhere.example"}}, manager="someone")
    await here.journal.until(lambda: "router" in address(here.journal), "the address set right")
    await users.serve(replicas=3)
    await here.journal.until(lambda: [one["spec"]["replicas"] for one in here.journal.of(WORKLOADS)] == [3], "3 pods")
    for one in (here.journal.find(SERVICES, "late"), *here.journal.of(WORKLOADS)):
        assert story.LABEL.items() <= one["metadata"]["labels"].items()
        assert story.ANNOTATION.items() <= one["metadata"]["annotations"].items()
    assert [one["spec"]["revisionHistoryLimit"] for one in here.journal.of(WORKLOADS)] == [3]


def address(journal):
    return journal.find(SERVICES, "late")["spec"]["externalName"]
