"""A namespace's quota refuses a Job: it is said on the object, and goes on by itself once there is room."""

from typing import Any

import pytest
from kubernetes import client

from colonnade.kube.kinds import DATASETS, JOBS
from tests.harness.journal import LIMIT_SECONDS


class Quota:
    """How many Jobs a namespace may have; where no controller runs, status is said by hand, as one would."""

    def __init__(self, api: client.ApiClient, namespace: str) -> None:
        self.core: Any = client.CoreV1Api(api)
        self.batch: Any = client.BatchV1Api(api)
        self.namespace = namespace

    def allows(self, jobs: int) -> None:
        hard = {"count/jobs.batch": str(jobs)}
        body = {"metadata": {"name": "team"}, "spec": {"hard": hard}}
        names = [each.metadata.name for each in self.core.list_namespaced_resource_quota(self.namespace).items]
        if "team" in names:
            self.core.patch_namespaced_resource_quota("team", self.namespace, body)
        else:
            self.core.create_namespaced_resource_quota(self.namespace, body)
        status = {"status": {"hard": hard, "used": {"count/jobs.batch": "0"}}}
        self.core.patch_namespaced_resource_quota_status("team", self.namespace, status)

    def refuses(self) -> bool:
        """Whether the API server has seen it."""
        container = {"name": "c", "image": "c"}
        job = {
            "metadata": {"name": "probe"},
            "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}},
        }
        try:
            self.batch.create_namespaced_job(self.namespace, job, dry_run="All")
        except client.ApiException as refused:
            return "exceeded quota" in str(refused.body)
        return False


@pytest.fixture
def quota(world, here):
    return Quota(world.api, here.client.namespace)


async def test_a_quota_that_refuses_a_job_is_said_and_waited_for(here, users, quota, operator):
    quota.allows(0)
    await here.journal.until(quota.refuses, "the quota is in force")
    await users.dataset()
    await here.journal.until(lambda: here.journal.says(DATASETS, "flights", Stalled="True"), "Stalled", LIMIT_SECONDS)
    conditions = {each["type"]: each for each in here.journal.find(DATASETS, "flights")["status"]["conditions"]}
    assert conditions["Stalled"]["reason"] == "QuotaExceeded"
    assert "exceeded quota: team, requested: count/jobs.batch=1" in conditions["Stalled"]["message"]
    assert "have its ResourceQuota raised" in conditions["Stalled"]["message"]
    assert "Reconciling" not in conditions
    assert "exceeded quota" in (await here.event("QuotaExceeded"))["note"]
    assert not list(here.journal.of(JOBS))
    quota.allows(5)
    await here.journal.until(lambda: here.journal.says(DATASETS, "flights", Ready="True"), "its first version")
    assert "Stalled" not in [each["type"] for each in here.journal.find(DATASETS, "flights")["status"]["conditions"]]
