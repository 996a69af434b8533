"""The agent's watches, against a real API server."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client
from kubernetes.aio.config import kube_config

from cluster.standalone_apiserver import free_ports
from colonnade.router import source
from colonnade.router.metrics import Metrics
from colonnade.router.settings import Settings
from colonnade.router.state import Endpoint, Name, Revision, TrafficSplit
from colonnade.router.view import View
from tests.api.examples import canary
from tests.api.objects import Objects

NOTHING_YET = TrafficSplit(Name("", ""), None)


class Line:
    """A wire to the API server that can be cut."""

    def __init__(self, target: int, port: int):
        self.target, self.port = target, port
        self.connections: set[asyncio.StreamWriter] = set()

    async def open(self):
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def cut(self):
        self.server.close()
        for writer in self.connections:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _carry(self, reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        self.connections |= {writer, back}
        await asyncio.gather(_pour(reader, back), _pour(there, writer), return_exceptions=True)


async def _pour(reader, writer):
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()


class Cluster:
    """What happens in the cluster, and the view that should show it."""

    def __init__(self, api: client.ApiClient, objects: Objects, line: Line):
        self.objects, self.namespace, self.line = objects, objects.namespace, line
        self.slices, self.leases = client.DiscoveryV1Api(api), client.CoordinationV1Api(api)
        self.view, self.beats = View(), itertools.count(1)

    def deployment(self, **status):
        return self.objects.replace_status(self.objects.get("Deployment") | {"status": status})

    def slice(self, *addresses, ready=True, terminating=False):
        labels = {"colonnade.dev/deployment": "it", "colonnade.dev/revision": "aaaaaaaaaa"}
        conditions = {"ready": ready, "serving": True, "terminating": terminating}
        body: Any = {
            "metadata": {"name": "it-aaaaaaaaaa-x", "labels": labels},
            "addressType": "IPv4",
            "ports": [{"name": "http", "port": 8080}],
            "endpoints": [{"addresses": [address], "conditions": conditions} for address in addresses],
        }
        with contextlib.suppress(client.ApiException):
            self.slices.delete_namespaced_endpoint_slice("it-aaaaaaaaaa-x", self.namespace)
        self.slices.create_namespaced_endpoint_slice(self.namespace, body)

    def beat(self):
        """The operator renews its lease."""
        spec = {"holderIdentity": "op", "leaseDurationSeconds": 2, "leaseTransitions": next(self.beats)}
        body: Any = {"metadata": {"name": "colonnade-operator"}, "spec": spec}
        try:
            self.leases.patch_namespaced_lease("colonnade-operator", self.namespace, body)
        except client.ApiException:
            self.leases.create_namespaced_lease(self.namespace, body)

    async def sees(self, fact: Callable[[], bool], seconds: float = 5.0):
        async with asyncio.timeout(seconds):
            while not fact():  # noqa: ASYNC110 the view has a reader of its own
                await asyncio.sleep(0.01)

    @property
    def split(self) -> TrafficSplit:
        found = [split for split in self.view.state().splits if split.deployment.namespace == self.namespace]
        return found[0] if found else NOTHING_YET

    @property
    def endpoints(self):
        return self.view.state().endpoints.get(Revision(Name(self.namespace, "it"), "aaaaaaaaaa"), ())


@pytest.fixture
def line(kubeconfig: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """KUBECONFIG leads over it."""
    config = yaml.safe_load(kubeconfig.read_text())
    cluster = config["clusters"][0]["cluster"]
    (port,) = free_ports(1)
    found = Line(int(cluster["server"].rsplit(":", 1)[1]), port)
    cluster["server"] = f"https://127.0.0.1:{port}"
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "kubeconfig"))
    return found


@pytest.fixture(params=["everywhere", "one-namespace"])
async def cluster(request, api: client.ApiClient, objects: Objects, line: Line) -> AsyncIterator[Cluster]:
    found = Cluster(api, objects, line)
    only = objects.namespace if request.param == "one-namespace" else ""
    settings = Settings(namespace=objects.namespace, watch_namespaces=only)
    objects.create("Deployment", canary({"setWeight": 5}, retryOnStable={"timeout": "300ms"}))
    await line.open()
    watching = asyncio.create_task(source.watch(found.view, Metrics(), settings))
    try:
        await found.sees(lambda: found.view.complete)
        yield found
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await line.cut()


async def test_what_was_there_before_is_seen(cluster: Cluster):
    assert (cluster.split.deployment.name, cluster.split.stable) == ("it", None)
    assert cluster.split.retry.timeout.total_seconds() == 0.3


async def test_a_new_status_is_seen(cluster: Cluster):
    revision = {"modelVersion": "v", "digest": "sha256:" + "0" * 64}
    cluster.deployment(
        stable={**revision, "revision": "aaaaaaaaaa", "weight": 80},
        candidate={**revision, "revision": "bbbbbbbbbb", "weight": 20},
    )
    await cluster.sees(
        lambda: (
            (cluster.split.stable, cluster.split.candidate, cluster.split.weight) == ("aaaaaaaaaa", "bbbbbbbbbb", 20)
        )
    )


async def test_pods_count_while_they_take_requests(cluster: Cluster):
    cluster.slice("10.0.0.1", "10.0.0.2")
    await cluster.sees(lambda: cluster.endpoints == (Endpoint("10.0.0.1", 8080), Endpoint("10.0.0.2", 8080)))
    cluster.slice("10.0.0.1", ready=False)
    await cluster.sees(lambda: cluster.endpoints == ())
    cluster.slice("10.0.0.1", terminating=True)
    await asyncio.sleep(0.2)
    assert cluster.endpoints == ()


async def test_what_is_deleted_is_gone(cluster: Cluster):
    cluster.slice("10.0.0.1")
    await cluster.sees(lambda: cluster.endpoints != ())
    cluster.slices.delete_namespaced_endpoint_slice("it-aaaaaaaaaa-x", cluster.namespace)
    cluster.objects.custom.delete_namespaced_custom_object(
        "colonnade.dev", "v1alpha1", cluster.namespace, "deployments", "it"
    )
    await cluster.sees(lambda: cluster.endpoints == () and cluster.split == NOTHING_YET)


async def test_the_lease_counts_while_it_changes(cluster: Cluster):
    cluster.beat()
    await asyncio.sleep(0.3)
    assert not cluster.view.leased()
    cluster.beat()
    await cluster.sees(cluster.view.leased)
    await cluster.sees(lambda: not cluster.view.leased())


async def test_without_an_api_server_the_view_stays_and_the_lease_ends(cluster: Cluster):
    cluster.slice("10.0.0.1")
    cluster.beat()
    await asyncio.sleep(0.2)
    cluster.beat()
    await cluster.sees(lambda: cluster.view.leased() and cluster.endpoints != ())
    await cluster.line.cut()
    await cluster.sees(lambda: not cluster.view.leased())
    assert cluster.endpoints == (Endpoint("10.0.0.1", 8080),)


async def test_what_happened_while_the_api_server_was_away_is_seen_when_it_is_back(cluster: Cluster):
    await cluster.line.cut()
    cluster.slice("10.0.0.9")
    await cluster.line.open()
    await cluster.sees(lambda: cluster.endpoints == (Endpoint("10.0.0.9", 8080),), seconds=10)
