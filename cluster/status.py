"""`cluster status`: what of the cluster runs, and what it weighs."""

from collections.abc import Iterator

from cluster import api, cgroups, versions
from cluster.certs import Authority
from cluster.controlplane import API_PORT
from cluster.node import Node, nodes
from cluster.paths import logs, state
from cluster.processes import Process, memory_bytes, ours
from cluster.up import recorded_count

CONTROL_PLANE = {
    "etcd": versions.ETCD,
    "kube-apiserver": versions.KUBERNETES,
    "kube-controller-manager": versions.KUBERNETES,
    "kube-scheduler": versions.KUBERNETES,
    "coredns": versions.COREDNS,
    "local-path-provisioner": versions.LOCAL_PATH_PROVISIONER,
}
ON_EACH_NODE = {
    "containerd": versions.CONTAINERD,
    "kubelet": versions.KUBERNETES,
    "kube-proxy": versions.KUBERNETES,
}
MEGABYTE = 1024 * 1024


def status() -> bool:
    """Prints it, and returns whether everything is as it should be."""
    if not (state() / "pki").exists():
        print("There is no cluster: python3 -m cluster up")
        return False
    running = list(ours())
    here = nodes(recorded_count())
    ready = api.heartbeats(Authority(state() / "pki"), API_PORT)
    missing = 0
    total = 0
    for name, program, version in _expected(here):
        process = next((one for one in running if one.component == name and one.program == program), None)
        missing += process is None
        total += memory_bytes(process.pid) if process else 0
        print(_line(name, version, process))
    for node in here:
        state_of_it = "Ready" if node.name in ready else "not ready"
        print(f"{node.name:<26}{node.address:<12}{state_of_it:<10}{_pods(node):>6} MB in pods")
    print(f"{'all components':<46}{total // MEGABYTE:>8} MB    logs: {logs()}")
    return not missing and all(node.name in ready for node in here)


def _expected(here: list[Node]) -> Iterator[tuple[str, str, str]]:
    for name, version in CONTROL_PLANE.items():
        yield name, name, version
    for node in here:
        for program, version in ON_EACH_NODE.items():
            yield f"{program}-{node.name}", program, version


def _line(name: str, version: str, process: Process | None) -> str:
    if process is None:
        return f"{name:<26}{version:<10}down"
    return f"{name:<26}{version:<10}{'up':<10}{memory_bytes(process.pid) // MEGABYTE:>8} MB    pid {process.pid}"


def _pods(node: Node) -> int:
    return sum(memory_bytes(pid) for pid in cgroups.pids(node)) // MEGABYTE
