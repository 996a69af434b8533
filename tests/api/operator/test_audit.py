"""What no watch told, an audit finds: here there are no watches at all."""

import pytest
from kubernetes.aio import config

from colonnade.kube.client import ApiServer
from colonnade.kube.kinds import DATASETS, SERVICES, Key
from colonnade.observe.cache import Cache
from colonnade.runtime import audit
from colonnade.runtime.audit import Audit
from tests.harness.client import administrator
from tests.harness.journal import Journal
from tests.harness.users import Users

THEIRS = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "theirs"}}


@pytest.fixture
def told():
    """Names of what changed in the cache."""
    return []


@pytest.fixture
async def audited(kubeconfig, namespace, monkeypatch, told):
    """An audit of one namespace, its cache filled."""
    monkeypatch.setattr(audit, "GRACE_SECONDS", 0.05)
    async with await config.new_client_from_config(str(kubeconfig)) as client:
        made = Audit(ApiServer(client), Cache(lambda now, _before: told.append(now["metadata"]["name"])), [namespace])
        await made.fill()
        yield made


@pytest.fixture
async def users(kubeconfig, namespace):
    client = administrator(kubeconfig, namespace)
    yield Users(client, Journal(client))
    await client.close()


def known(audited, namespace):
    return audited.cache.get(Key(DATASETS, namespace, "flights"))


async def test_an_object_that_no_watch_told_of_is_found(users, namespace, audited, told):
    await users.dataset()
    assert await audited.compare() == {DATASETS: 1}
    assert known(audited, namespace)
    assert told == ["flights"]


async def test_a_change_that_no_watch_told_of_is_found(users, namespace, audited):
    await users.dataset()
    await audited.compare()
    await users.dataset("s3://raw/other.csv")
    assert await audited.compare() == {DATASETS: 1}
    assert known(audited, namespace)["spec"]["source"]["storageUri"] == "s3://raw/other.csv"


async def test_a_deletion_that_no_watch_told_of_is_found(users, namespace, audited, told):
    await users.dataset()
    await audited.compare()
    await users.delete(DATASETS, "flights")
    assert await audited.compare() == {DATASETS: 1}
    assert known(audited, namespace) is None
    assert told == ["flights", "flights"]


async def test_another_object_of_the_same_name_is_found(users, namespace, audited):
    await users.dataset()
    await audited.compare()
    await users.delete(DATASETS, "flights")
    again = await users.dataset()
    await audited.compare()
    assert known(audited, namespace)["metadata"]["uid"] == again["metadata"]["uid"]


async def test_a_watch_that_missed_something_ages_and_the_others_do_not(users, audited):
    await users.dataset()
    before = audited.age(DATASETS)
    await audited.compare()
    assert audited.age(DATASETS) > before
    assert audited.age(SERVICES) < audited.age(DATASETS)


async def test_what_is_not_ours_is_never_looked_at(users, namespace, audited):
    await users.client.apply({**THEIRS, "spec": {"type": "ExternalName", "externalName": "theirs.example"}})
    assert await audited.compare() == {}
    assert audited.cache.get(Key(SERVICES, namespace, "theirs")) is None
