"""One node, from bare namespaces to Ready, and back."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from cluster import api, cgroups, containers, mounts
from cluster.certs import Authority
from cluster.controlplane import API_PORT, SERVER
from cluster.kubelet import kube_proxy, kubelet
from cluster.loading import ensure_loaded
from cluster.network import ensure_namespace, remove_cable
from cluster.node import Node
from cluster.processes import Component, ensure_running, find, gone, kill, must_run, ours, stop
from cluster.steps import ClusterError, say, step, wait_until
from cluster.tools import tools_image

CONTAINERD_LIMIT_SECONDS = 30.0
REGISTERED_LIMIT_SECONDS = 60.0
LONG_AGO = datetime.min.replace(tzinfo=UTC)
CNI_RESULTS = Path("/var/lib/cni/results")  # the CNI library's own place, by network and container


def ensure_node(node: Node, authority: Authority) -> datetime:
    """Starts what isn't running; what runs in its pods goes on. Returns since when its kubelet may be believed."""
    cgroups.ensure_cgroup(node)
    ensure_namespace(node)
    _ensure_containerd(node)
    agent = kubelet(node, authority, SERVER)
    now = datetime.now(UTC).replace(microsecond=0)  # heartbeats are in whole seconds
    started = ensure_running(agent)
    if started:
        with step(f"kubelet of {node.name}"):
            _wait_for_node(node, authority, agent)
    ensure_running(kube_proxy(node, authority, SERVER))  # not before its Node exists, or it would assume loopback
    return now if started else LONG_AGO


def stop_agents(node: Node) -> None:
    """What would start pods again."""
    for name, program in ((f"kubelet-{node.name}", "kubelet"), (f"kube-proxy-{node.name}", "kube-proxy")):
        if running := find(name, program):
            stop(running.pid)


def remove_node(node: Node) -> None:
    """Ends its pods and processes and leaves only its images, so that the next start needn't load them."""
    stop_agents(node)
    kill(cgroups.pids(node))
    if not only_images_left(node):
        _forget_containers(node)
    _stop_containerd(node)
    mounts.unmount_below(node.folder)
    cgroups.remove_cgroup(node)
    remove_cable(node)
    for result in CNI_RESULTS.glob(f"colonnade-{node.name}-*"):
        result.unlink()
    mounts.remove_all_but(node.folder, node.images)


def only_images_left(node: Node) -> bool:
    return not node.folder.exists() or all(entry == node.images for entry in node.folder.iterdir())


def _forget_containers(node: Node) -> None:
    """Where even that fails, the images aren't worth a cluster that can't be taken down."""
    try:
        ensure_namespace(node)
        _ensure_containerd(node)
        containers.remove_containers(node)
    except ClusterError as error:
        say(f"   the images of {node.name} go too: {error}")
        _stop_containerd(node)
        mounts.unmount_below(node.folder)
        shutil.rmtree(node.images)


def _stop_containerd(node: Node) -> None:
    """And its shims, which would outlive it."""
    marked = [process for process in ours() if process.component == f"containerd-{node.name}"]
    for process in marked:
        if process.program == "containerd":
            stop(process.pid)
    kill([process.pid for process in marked])
    gone([process.pid for process in marked], limit_seconds=5)


def _ensure_containerd(node: Node) -> None:
    wanted = containers.containerd(node)
    if not any(process.component == wanted.name for process in ours()):
        kill(cgroups.pids(node))  # pods whose shims are dead too: no one looks after them any more
        mounts.unmount_below(node.folder / "run")
        mounts.remove_all_but(node.folder / "run")
    if ensure_running(wanted):
        with step(f"containerd of {node.name}"):
            wait_until(
                lambda: containers.answers(node), wanted.name, CONTAINERD_LIMIT_SECONDS, check=lambda: must_run(wanted)
            )
    ensure_loaded(node, tools_image())


def _wait_for_node(node: Node, authority: Authority, agent: Component) -> None:
    wait_until(
        lambda: node.name in api.node_names(authority, API_PORT),
        f"{node.name} is registered",
        REGISTERED_LIMIT_SECONDS,
        check=lambda: must_run(agent),
    )
