"""The story of docs/data/postgresql.md. Its database is a real one on this machine, where pods reach it by the Service
of the story's name: the image that the story names comes from a registry, which tests ask for nothing."""

import ipaddress
from collections.abc import Iterator

import pytest

from tests.e2e.objectstore import address_of_a_node
from tests.e2e.world import Manifest, Namespace
from tests.postgresql import Postgresql, postgresql
from tests.story import Story

STORY = Story("postgresql")
NAME = "shop-database"
SHOP = STORY.manifest("Secret", NAME)["stringData"]
NEW = "INSERT INTO orders VALUES (20001, 8, 12.50, '2026-06-01 12:00:00+00', 'paid')"


@pytest.fixture
def server() -> Iterator[Postgresql]:
    with postgresql(address_of_a_node()) as running:
        running.run(f"CREATE ROLE shop LOGIN PASSWORD '{SHOP['password']}'")
        running.run("CREATE DATABASE shop OWNER shop")
        yield running


def shop(server: Postgresql) -> str:
    return server.of("shop", SHOP["password"], "shop")


def here(server: Postgresql) -> list[Manifest]:
    """The Service `shop-database`, which leads to this machine."""
    service = {"kind": "Service", "metadata": {"name": NAME}, "spec": {"ports": [{"port": 5432}]}}
    slice_ = {
        "kind": "EndpointSlice",
        "metadata": {"name": NAME, "labels": {"kubernetes.io/service-name": NAME}},
        "addressType": f"IPv{ipaddress.ip_address(server.address).version}",
        "ports": [{"name": "", "port": server.port}],
        "endpoints": [{"addresses": [server.address]}],
    }
    return [{"apiVersion": "v1", **service}, {"apiVersion": "discovery.k8s.io/v1", **slice_}]


def test_a_table_of_a_database_makes_a_version_whenever_it_changed(namespace: Namespace, server: Postgresql) -> None:
    server.run(STORY.manifest("ConfigMap", NAME)["data"]["orders.sql"], shop(server))
    told = [STORY.manifest(kind, name) for kind, name in (("Secret", NAME), ("Dataset", "orders"))]
    namespace.apply(*here(server), *told)
    namespace.becomes("dset", "orders")
    report = namespace.colonnade("report", "dset/orders")
    assert "\n".join(line.rstrip() for line in report.strip().splitlines()) == STORY.shown[0]
    (first,) = namespace.status("dset", "orders")["versions"]
    server.run(NEW, shop(server))
    namespace.colonnade("refresh", "dset/orders", "--wait")
    second, before = namespace.status("dset", "orders")["versions"]
    assert (before["digest"], second["rows"]) == (first["digest"], first["rows"] + 1)
