"""What no watch told, a relist finds: here there are no watches at all."""

import pytest
from kubernetes.aio import config

from colonnade.kube.client import ApiServer
from colonnade.kube.kinds import DATASETS, SERVICES, Key
from colonnade.observe.cache import Cache
from colonnade.runtime import relist
from colonnade.runtime.relist import Relist
from tests.harness.client import administrator
from tests.harness.journal import Journal
from tests.harness.users import Users

THEIRS = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "theirs"}}


@pytest.fixture
def told():
    """Names of what changed in the cache."""
    return []


@pytest.fixture
async def relisted(kubeconfig, namespace, monkeypatch, told):
    """A relist of one namespace, its cache filled."""
    monkeypatch.setattr(relist, "GRACE_SECONDS", 0.05)
    async with await config.new_client_from_config(str(kubeconfig)) as client:
        made = Relist(ApiServer(client), Cache(lambda now, _before: told.append(now["metadata"]["name"])), [namespace])
        await made.fill()
        yield made


@pytest.fixture
async def users(kubeconfig, namespace):
    client = administrator(kubeconfig, namespace)
    yield Users(client, Journal(client))
    await client.close()


def known(relisted, namespace):
    return relisted.cache.get(Key(DATASETS, namespace, "flights"))


async def test_an_object_that_no_watch_told_of_is_found(users, namespace, relisted, told):
    await users.dataset()
    assert await relisted.compare() == {DATASETS: 1}
    assert known(relisted, namespace)
    assert told == ["flights"]


async def test_a_change_that_no_watch_told_of_is_found(users, namespace, relisted):
    await users.dataset()
    await relisted.compare()
    await users.dataset("s3://raw/other.csv")
    assert await relisted.compare() == {DATASETS: 1}
    assert known(relisted, namespace)["spec"]["source"]["storageUri"] == "s3://raw/other.csv"


async def test_a_deletion_that_no_watch_told_of_is_found(users, namespace, relisted, told):
    await users.dataset()
    await relisted.compare()
    await users.delete(DATASETS, "flights")
    assert await relisted.compare() == {DATASETS: 1}
    assert known(relisted, namespace) is None
    assert told == ["flights", "flights"]


async def test_another_object_of_the_same_name_is_found(users, namespace, relisted):
    await users.dataset()
    await relisted.compare()
    await users.delete(DATASETS, "flights")
    again = await users.dataset()
    await relisted.compare()
    assert known(relisted, namespace)["metadata"]["uid"] == again["metadata"]["uid"]


async def test_a_watch_that_missed_something_ages_and_the_others_do_not(users, relisted):
    await users.dataset()
    before = relisted.age(DATASETS)
    await relisted.compare()
    assert relisted.age(DATASETS) > before
    assert relisted.age(SERVICES) < relisted.age(DATASETS)


async def test_what_is_not_ours_is_never_looked_at(users, namespace, relisted):
    await users.client.apply({**THEIRS, "spec": {"type": "ExternalName", "externalName": "theirs.example"}})
    assert await relisted.compare() == {}
    assert relisted.cache.get(Key(SERVICES, namespace, "theirs")) is None
