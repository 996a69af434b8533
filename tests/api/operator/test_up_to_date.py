"""Everything that we make, applied for real: what is applied is up to date, and what is changed is not."""

import copy

import pytest
from kubernetes.aio import config

from colonnade.act.up_to_date import is_up_to_date
from colonnade.kube.client import ApiServer
from colonnade.kube.kinds import key_of
from tests.unit.manifests.test_golden import MADE

MERGED = "application/merge-patch+json"


@pytest.fixture
async def server(kubeconfig):
    async with await config.new_client_from_config(str(kubeconfig)) as client:
        yield ApiServer(client)


def placed(name, namespace):
    manifest = MADE[name]()
    manifest["metadata"]["namespace"] = namespace
    return manifest


async def applied(server, manifest):
    return await server.apply(key_of(manifest), manifest)


@pytest.mark.parametrize("name", MADE)
async def test_what_was_applied_is_settled(server, namespace, name):
    manifest = placed(name, namespace)
    live = await applied(server, manifest)
    assert is_up_to_date(manifest, live)
    assert is_up_to_date(manifest, await server.get(key_of(manifest)))


@pytest.mark.parametrize("name", MADE)
async def test_a_label_that_is_no_longer_wanted_is_not_settled_until_it_is_applied(server, namespace, name):
    manifest = placed(name, namespace)
    manifest["metadata"]["labels"] |= {"colonnade.dev/once": "wanted"}
    live = await applied(server, manifest)
    del manifest["metadata"]["labels"]["colonnade.dev/once"]
    assert not is_up_to_date(manifest, live)
    live = await applied(server, manifest)
    assert is_up_to_date(manifest, live)
    assert "colonnade.dev/once" not in live["metadata"]["labels"]


@pytest.mark.parametrize("name", MADE)
async def test_what_someone_else_adds_is_none_of_our_business(server, namespace, name):
    manifest = placed(name, namespace)
    await applied(server, manifest)
    live = await server.merge(key_of(manifest), {"metadata": {"labels": {"team.example/cost-center": "42"}}})
    assert is_up_to_date(manifest, live)


async def test_a_value_that_someone_changed_is_not_settled(server, namespace):
    manifest = placed("serving-service", namespace)
    await applied(server, manifest)
    live = await server.merge(key_of(manifest), {"spec": {"selector": {"colonnade.dev/revision": "other"}}})
    assert not is_up_to_date(manifest, live)


async def test_a_port_that_is_no_longer_wanted_is_taken_away(server, namespace):
    manifest = placed("serving-service", namespace)
    more = copy.deepcopy(manifest)
    more["spec"]["ports"].append({"name": "grpc", "port": 81, "targetPort": "grpc", "protocol": "TCP"})
    live = await applied(server, more)
    assert not is_up_to_date(manifest, live)
    assert len((await applied(server, manifest))["spec"]["ports"]) == 1


async def test_quantities_are_compared_by_what_they_say(server, namespace):
    manifest = placed("serving-workload", namespace)
    resources = manifest["spec"]["template"]["spec"]["containers"][0]["resources"]
    resources["requests"] = {"cpu": "0.5", "memory": "1024Mi"}
    live = await applied(server, manifest)
    assert is_up_to_date(manifest, live)
    resources["requests"] = {"cpu": "0.6", "memory": "1024Mi"}
    assert not is_up_to_date(manifest, live)


async def test_a_port_without_its_protocol_is_settled_too(server, namespace):
    manifest = placed("serving-service", namespace)
    del manifest["spec"]["ports"][0]["protocol"]
    live = await applied(server, manifest)
    assert is_up_to_date(manifest, live)
