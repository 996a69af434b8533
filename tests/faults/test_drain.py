"""Two nodes, one drained under load: no request fails. Needs `NODES=2 make cluster-up`."""

import json
from pathlib import Path

import pytest

from tests.e2e.client import none_failed
from tests.e2e.orders import Orders, rows
from tests.e2e.world import Namespace, eventually, kubectl
from tests.faults.nodes import drain

pytestmark = pytest.mark.alone


def pods_on(node: str, namespace: str) -> list[str]:
    found = json.loads(
        kubectl("get", "pods", "-n", namespace, "--field-selector", f"spec.nodeName={node}", "-o", "json")
    )
    return [pod["metadata"]["name"] for pod in found["items"]]


def test_a_node_is_drained_and_no_request_fails(
    namespace: Namespace, router: str, tmp_path: Path, second_node: str
) -> None:
    orders = Orders(namespace, router, tmp_path, replicas=2)
    eventually("a serving pod runs on the second node", lambda: pods_on(second_node, namespace.name))
    with orders.model.under_load(rows()) as traffic:
        drain(second_node)
        orders.serves("orders-1")
    none_failed(traffic)
    assert pods_on(second_node, namespace.name) == []
