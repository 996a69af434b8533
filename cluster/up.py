"""`cluster up`: everything that should run runs afterwards, whatever was there before."""

import os
from datetime import datetime
from pathlib import Path

from cluster import api, build, controlplane
from cluster.apiserver import ADMINISTRATOR
from cluster.build import ensure_built
from cluster.certs import Authority
from cluster.debian import FOR_THE_CLUSTER, ensure_installed, must_be_root
from cluster.dns import coredns
from cluster.env import link_programs
from cluster.kubeconfig import write_kubeconfig
from cluster.loading import share_images
from cluster.locks import locked
from cluster.network import ensure_bridge
from cluster.node import MOST_NODES, Node, known, nodes
from cluster.node_lifecycle import ensure_node, only_images_left, remove_node
from cluster.paths import PACKAGE, cache, kubeconfig, state
from cluster.processes import Component, ensure_running, must_run
from cluster.shell import run
from cluster.steps import ClusterError, say, step, wait_until
from cluster.volumes import provisioner
from cluster.wheels import kubectl

API_LIMIT_SECONDS = 90.0
READY_LIMIT_SECONDS = 90.0
DEFAULT_ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"
RUNTIME = (build.KUBERNETES, build.ETCD, build.CONTAINERD, build.COREDNS, build.LOCAL_PATH, build.HELM)


def up() -> None:
    must_be_root()
    ensure_installed(FOR_THE_CLUSTER)
    ensure_built(RUNTIME)
    kubectl()
    with locked(cache() / "cluster.lock"):
        wanted = nodes(wanted_count())
        _ensure_cluster(wanted)
    ready = f"{len(wanted)} nodes are" if len(wanted) > 1 else "1 node is"
    say(f'   {ready} ready; to use the cluster: eval "$(python3 -m cluster env)"')


def wanted_count() -> int:
    """NODES, or as many as there were."""
    count = os.environ.get("NODES") or str(recorded_count())
    if not count.isdigit() or not 1 <= int(count) <= MOST_NODES:
        raise ClusterError(f"NODES is {count!r}: a number from 1 to {MOST_NODES} is wanted")
    return int(count)


def recorded_count() -> int:
    note = state() / "node-count"
    return int(note.read_text()) if note.exists() else 1


def _ensure_cluster(wanted: list[Node]) -> None:
    state().mkdir(parents=True, exist_ok=True)
    authority = Authority(state() / "pki")
    write_kubeconfig(kubeconfig(), authority, ADMINISTRATOR, f"https://127.0.0.1:{controlplane.API_PORT}")
    link_programs()
    ensure_bridge()
    _ensure_control_plane(authority)
    _retire([node for node in known() if node not in wanted])
    since = {}
    for node in wanted:
        since[node.name] = ensure_node(node, authority)
        share_images(wanted[0], node)
    (state() / "node-count").write_text(str(len(wanted)))
    _ensure_ready(since, authority)


def _ensure_control_plane(authority: Authority) -> None:
    ensure_running(controlplane.etcd(authority))
    server = controlplane.main_api_server(authority)
    if ensure_running(server) or not api.is_ready(authority, controlplane.API_PORT):
        with step("etcd and API server"):
            wait_until(
                lambda: api.is_ready(authority, controlplane.API_PORT),
                "the API server is ready",
                API_LIMIT_SECONDS,
                check=lambda: must_run(server),
            )
    run([*_administrator(), "apply", "--server-side", "--force-conflicts", "-f", PACKAGE / "addons.yaml"])
    for component in rest_of_control_plane(authority):
        ensure_running(component)


def rest_of_control_plane(authority: Authority) -> list[Component]:
    """What needs an API server that is ready, and its rights laid down."""
    return [
        controlplane.controller_manager(authority),
        controlplane.scheduler(authority),
        coredns(authority),
        provisioner(authority),
    ]


def _administrator() -> list[str | Path]:
    return [kubectl(), "--kubeconfig", kubeconfig()]


def _retire(surplus: list[Node]) -> None:
    """Takes away nodes beyond the number that is wanted, and tells the API server not to wait for them."""
    for node in surplus:
        if not only_images_left(node):
            with step(f"remove {node.name}"):
                run([*_administrator(), "delete", "node", node.name, "--ignore-not-found"])
                remove_node(node)
                there = ["--all-namespaces", f"--field-selector=spec.nodeName={node.name}"]
                run([*_administrator(), "delete", "pods", *there, "--force", "--grace-period=0"])


def _ensure_ready(since: dict[str, datetime], authority: Authority) -> None:
    """Each node has to say so anew since its kubelet was started."""

    def all_ready() -> bool:
        account = api.get(authority, controlplane.API_PORT, DEFAULT_ACCOUNT)  # without which no pod is admitted
        beats = api.heartbeats(authority, controlplane.API_PORT)
        return account is not None and all(name in beats and beats[name] >= start for name, start in since.items())

    if not all_ready():
        with step("nodes ready"):
            wait_until(all_ready, "all nodes are Ready", READY_LIMIT_SECONDS)
    for component in (controlplane.etcd(authority), *rest_of_control_plane(authority)):
        must_run(component)
