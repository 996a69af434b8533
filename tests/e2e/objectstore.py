"""A real S3 server on the host, where pods reach it by a node's address, as they do any server there."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import objectstore
from tests.e2e.world import kubectl
from tests.objectstore import ObjectStore


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Runs until left; skips on a cluster whose nodes aren't this machine."""
    with objectstore.object_store(folder, address_of_a_node()) as store:
        yield store


def address_of_a_node() -> str:
    """One that is this machine's too; skips where there is none."""
    nodes = json.loads(kubectl("get", "nodes", "-o", "json"))["items"]
    for address in (one["address"] for node in nodes for one in node["status"]["addresses"]):
        with socket.socket() as probe:
            try:
                probe.bind((address, 0))
            except OSError:
                continue
            return str(address)
    pytest.skip("the cluster's nodes are other machines, whose pods can't reach a server on this one")
