"""What befalls a control plane in a bad week, one after another, while everything goes on."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.e2e.world import Namespace, kubectl
from tests.faults.operators import kill_the_leader
from tests.faults.test_prometheus_away import scale_prometheus

SYSTEM = "colonnade-system"
COMPONENT = "app.kubernetes.io/component"


@dataclass(frozen=True)
class Mishap:
    """at: the share of the soak after which it happens. restarts: of containers, that it asks for."""

    at: float
    what: str
    happens: Callable[[], object]
    restarts: int = 0


def mishaps(namespace: Namespace) -> tuple[Mishap, ...]:
    node = last_node()
    return (
        Mishap(0.08, "the leading operator is killed", kill_the_leader, restarts=1),
        Mishap(0.18, "a router's pod is deleted", lambda: _delete_one(SYSTEM, "router")),
        Mishap(0.28, "Prometheus goes", lambda: scale_prometheus(0)),
        Mishap(0.40, "Prometheus is back", lambda: scale_prometheus(1)),
        Mishap(0.50, "a node is drained", lambda: _drain(node)),
        Mishap(0.66, "the node is back", lambda: kubectl("uncordon", node)),
        Mishap(0.74, "a serving pod is deleted", lambda: _delete_one(namespace.name, "serving")),
        Mishap(0.80, "the leading operator is killed again", kill_the_leader, restarts=1),
        Mishap(0.88, "another router's pod is deleted", lambda: _delete_one(SYSTEM, "router")),
    )


def last_node() -> str:
    names: list[str] = kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}").split()
    if len(names) < 2:
        raise SystemExit("a node is drained in this soak: make install NODES=2")
    return names[-1]


def _drain(node: str) -> None:
    kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=240s", seconds=260)


def _delete_one(namespace: str, component: str) -> None:
    """The oldest of them."""
    found = json.loads(kubectl("get", "pods", "-n", namespace, "-l", f"{COMPONENT}={component}", "-o", "json"))["items"]
    oldest = min(found, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))
    kubectl("delete", "pod", oldest["metadata"]["name"], "-n", namespace, "--wait=false")
