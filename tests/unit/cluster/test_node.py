"""Addresses and settings of nodes, and the name server's."""

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from cluster.containers import pod_network
from cluster.dns import corefile
from cluster.node import MOST_NODES, POD_RANGE, nodes
from cluster.steps import ClusterError
from cluster.up import wanted_count

ALL = nodes(MOST_NODES)


def test_no_two_nodes_share_a_pods_address() -> None:
    ranges = [IPv4Network(node.pods) for node in ALL]
    assert not any(one.overlaps(other) for one in ranges for other in ranges if one is not other)
    assert all(one.subnet_of(IPv4Network(POD_RANGE)) for one in ranges)


def test_no_pod_gets_a_nodes_address() -> None:
    highest = max(IPv4Address(node.address) for node in ALL)
    assert highest < IPv4Address(ALL[0].first_pod)


def test_the_first_node_is_the_machine_itself() -> None:
    assert ALL[0].network is None
    assert ALL[0].gateway == ALL[0].address


def test_a_pod_may_call_itself_by_its_service() -> None:
    plugins = pod_network(ALL[1])["plugins"]
    assert isinstance(plugins, list)
    assert plugins[0]["hairpinMode"]
    assert plugins[0]["ipam"]["ranges"] == [
        [{"subnet": "10.244.1.0/24", "rangeStart": "10.244.1.10", "gateway": "10.244.1.1"}]
    ]


def test_names_outside_go_to_the_machines_name_servers() -> None:
    assert "forward ." in corefile(Path("/k"), "nameserver 192.0.2.53\n")


def test_a_machine_without_name_servers_still_knows_the_clusters_names() -> None:
    settings = corefile(Path("/k"), "")
    assert "forward" not in settings
    assert "kubernetes cluster.local" in settings


@pytest.mark.parametrize("count", ["0", "10", "two", "-1"])
def test_a_number_of_nodes_that_cannot_be_is_refused(count: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODES", count)
    with pytest.raises(ClusterError, match="from 1 to 9"):
        wanted_count()


def test_without_being_told_there_are_as_many_nodes_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODES", raising=False)
    monkeypatch.setenv("COLONNADE_CLUSTER_STATE", str(tmp_path))
    assert wanted_count() == 1
    (tmp_path / "node-count").write_text("2")
    assert wanted_count() == 2
