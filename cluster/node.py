"""What a node is called and where it lies: the first is the machine itself, the others network namespaces on it."""

from dataclasses import dataclass
from pathlib import Path

from cluster.paths import state

BRIDGE = "colonnade0"
POD_RANGE = "10.244.0.0/16"
FIRST_ADDRESS = "10.244.0.1"  # of the machine on its bridge: node 1, the API server and the name server
MOST_NODES = 9


@dataclass(frozen=True)
class Node:
    """Node n has the address 10.244.0.n, on the first node's bridge; its pods are 10.244.(n-1).0/24, on its own."""

    number: int

    @property
    def name(self) -> str:
        return f"node{self.number}"

    @property
    def address(self) -> str:
        return f"10.244.0.{self.number}"

    @property
    def pods(self) -> str:
        return f"10.244.{self.number - 1}.0/24"

    @property
    def gateway(self) -> str:
        return f"10.244.{self.number - 1}.1"

    @property
    def first_pod(self) -> str:
        return f"10.244.{self.number - 1}.10"  # below it, on the first bridge, lie the nodes

    @property
    def network(self) -> Path | None:
        """The mount point of its network namespace, or None for the machine itself."""
        return None if self.number == 1 else self.folder / "network"

    @property
    def folder(self) -> Path:
        return state() / "nodes" / self.name

    @property
    def images(self) -> Path:
        """containerd's own store, which outlives the cluster, since images take long to load."""
        return self.folder / "containerd"

    @property
    def socket(self) -> Path:
        return self.folder / "run" / "containerd.sock"

    @property
    def cgroup(self) -> str:
        return f"/colonnade/{self.name}"


def nodes(count: int) -> list[Node]:
    return [Node(number) for number in range(1, count + 1)]


def known() -> list[Node]:
    """The nodes that this machine has traces of, running or not."""
    folders = (state() / "nodes").glob("node*")
    return sorted((Node(int(folder.name.removeprefix("node"))) for folder in folders), key=lambda node: node.number)
