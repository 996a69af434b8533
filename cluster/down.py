"""`cluster down`: nothing of it runs, is mounted, or stands in the machine's network afterwards."""

from cluster.debian import must_be_root
from cluster.firewall import remove_rules
from cluster.locks import locked
from cluster.mounts import remove_all_but, unmount_below
from cluster.network import remove_bridge
from cluster.node import known
from cluster.node_lifecycle import remove_node, stop_agents
from cluster.paths import cache, state
from cluster.processes import find, gone, kill, ours, stop
from cluster.steps import say, step

# Etcd last: an API server without it holds its port for a minute.
ORDER = (
    "local-path-provisioner",
    "coredns",
    "kube-scheduler",
    "kube-controller-manager",
    "kube-apiserver",
    "etcd",
)


def down() -> None:
    must_be_root()
    with locked(cache() / "cluster.lock"):
        if not state().exists():
            say("   there is no cluster")
            return
        _stop_everything()
        with step("clean up"):
            _clean_up()


def _stop_everything() -> None:
    here = known()
    with step("stop the kubelets"):
        for node in here:
            stop_agents(node)
    with step("stop the control plane"):
        for name in ORDER:
            if running := find(name, name):
                stop(running.pid)
    for node in here:
        with step(f"end the pods of {node.name}"):
            remove_node(node)


def _clean_up() -> None:
    rest = [process.pid for process in ours()]
    kill(rest)
    gone(rest, limit_seconds=5)
    remove_bridge()
    remove_rules()
    unmount_below(state())
    remove_all_but(state(), kept=state() / "nodes")
