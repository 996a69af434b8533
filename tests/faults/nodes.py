"""The cluster's second node, to be drained. Needs `NODES=2 make cluster-up`."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e.world import kubectl


@pytest.fixture
def second_node() -> Iterator[str]:
    """Its name; pods may run there again afterwards."""
    nodes = [node["metadata"]["name"] for node in json.loads(kubectl("get", "nodes", "-o", "json"))["items"]]
    assert len(nodes) == 2, f"{len(nodes)} node: NODES=2 make cluster-up images"
    yield nodes[1]
    kubectl("uncordon", nodes[1])


def drain(node: str) -> None:
    kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=150s", seconds=170)
