"""A namespace with a bucket of its own, by the installation's mapping: what its pods are told, and when it changes."""

import json

from colonnade.kube.kinds import DATASETS, JOBS
from tests.harness.process import CALM


def told(namespace, **store):
    return CALM | {"COLONNADE_STORE_NAMESPACES": json.dumps({namespace: store})}


def variables(manifest):
    return {each["name"]: each for each in manifest["spec"]["template"]["spec"]["containers"][0]["env"]}


async def test_jobs_get_the_store_of_their_namespace_and_status_says_which(here, users):
    namespace = here.client.namespace
    here.operator(environment=told(namespace, url="s3://team-a", secretName="team-a-store"))
    await users.dataset()
    job = await here.journal.until(lambda: next(here.journal.of(JOBS), None), "its Job")
    given = variables(job)
    assert given["COLONNADE_STORE"]["value"] == "s3://team-a"
    assert given["AWS_SECRET_ACCESS_KEY"]["valueFrom"]["secretKeyRef"]["name"] == "team-a-store"
    assert not [each for each in job["spec"]["template"]["spec"]["volumes"] if "persistentVolumeClaim" in each]
    status = here.journal.find(DATASETS, "flights")["status"]
    assert status["storeUri"] == f"s3://team-a/{namespace}"


async def test_another_mapping_leaves_what_is_stored_alone_until_it_is_said_to_be_copied(here, users):
    namespace = here.client.namespace
    first = here.operator(restarted=False)
    await users.dataset()
    await ready(here, "True")
    before = here.journal.find(DATASETS, "flights")["status"]
    assert before["storeUri"] == "file:///store"
    first.end()
    second = here.operator("operator-b", told(namespace, url="s3://team-a"), restarted=False)
    await users.dataset("https://data.example/others.csv")
    await ready(here, "False")
    moved = here.journal.find(DATASETS, "flights")["status"]
    assert {each["type"]: each["reason"] for each in moved["conditions"]}["Stalled"] == "StoreMoved"
    assert moved["versions"] == before["versions"]
    assert len(list(here.journal.of(JOBS))) == 1
    second.end()
    here.operator("operator-c", told(namespace, url="s3://team-a", copiedFrom=["file:///store"]))
    await ready(here, "True")
    status = here.journal.find(DATASETS, "flights")["status"]
    assert status["storeUri"] == f"s3://team-a/{namespace}"


async def ready(here, status):
    await here.journal.until(lambda: here.journal.says(DATASETS, "flights", Ready=status), f"Ready={status}")
