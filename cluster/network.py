"""The machine's bridge, the further nodes' network namespaces on it, and the way from pods to the world."""

from pathlib import Path

from cluster.apiserver import SERVICE_RANGE
from cluster.node import BRIDGE, FIRST_ADDRESS, POD_RANGE, Node
from cluster.shell import run, succeeds

COMMENT = ("-m", "comment", "--comment", "colonnade-cluster")
WAIT = "-w"  # for the lock that kube-proxy holds at times
RULES = (
    ("nat", "POSTROUTING", "-s", POD_RANGE, "!", "-d", POD_RANGE, "-j", "MASQUERADE"),
    ("filter", "FORWARD", "-i", BRIDGE, "-j", "ACCEPT"),
    ("filter", "FORWARD", "-o", BRIDGE, "-j", "ACCEPT"),
)
SWITCHES = ("net/ipv4/ip_forward", "net/bridge/bridge-nf-call-iptables")


def ensure_bridge() -> None:
    """The bridge comes first and with its address, since the API server can't be announced on loopback."""
    if not _exists(BRIDGE):
        run(["ip", "link", "add", BRIDGE, "type", "bridge"])
    run(["ip", "address", "replace", f"{FIRST_ADDRESS}/24", "dev", BRIDGE])
    run(["ip", "link", "set", BRIDGE, "up"])
    run(["ip", "route", "replace", SERVICE_RANGE, "dev", BRIDGE])  # a Service not known yet must not be sought outside
    _switch_on([])
    for table, chain, *rule in RULES:
        if not succeeds(["iptables", WAIT, "-t", table, "-C", chain, *rule, *COMMENT]):
            run(["iptables", WAIT, "-t", table, "-A", chain, *rule, *COMMENT])


def ensure_namespace(node: Node) -> None:
    """A machine in small: its own interfaces, routes and iptables, one cable to the bridge."""
    if node.network is None:
        return
    inside = ["nsenter", f"--net={node.network}"]
    if not _is_namespace(node.network):
        remove_cable(node)
        node.network.parent.mkdir(parents=True, exist_ok=True)
        node.network.touch()
        run(["unshare", f"--net={node.network}", "true"])
    if not succeeds([*inside, "ip", "link", "show", "eth0"]):
        run(["ip", "link", "add", _cable(node), "type", "veth", "peer", "name", "eth0", "netns", node.network])
        run([*inside, "ip", "link", "add", BRIDGE, "type", "bridge"])
    run(["ip", "link", "set", _cable(node), "master", BRIDGE, "up"])
    run([*inside, "ip", "address", "replace", f"{node.address}/24", "dev", "eth0"])
    run([*inside, "ip", "address", "replace", f"{node.gateway}/24", "dev", BRIDGE])
    for interface in ("lo", "eth0", BRIDGE):
        run([*inside, "ip", "link", "set", interface, "up"])
    run([*inside, "ip", "route", "replace", "default", "via", FIRST_ADDRESS])
    run(["ip", "route", "replace", node.pods, "via", node.address])
    _switch_on(inside)


def remove_cable(node: Node) -> None:
    """Its other end goes with it, and so do the routes."""
    if _exists(_cable(node)):
        run(["ip", "link", "delete", _cable(node)])


def remove_bridge() -> None:
    if _exists(BRIDGE):
        run(["ip", "link", "delete", BRIDGE])


def _cable(node: Node) -> str:
    return f"colonnade-n{node.number}"


def _exists(interface: str) -> bool:
    return Path("/sys/class/net", interface).exists()


def _is_namespace(path: Path) -> bool:
    """A file whose mount was lost, by a reboot for instance, is only a file."""
    return path.exists() and succeeds(["nsenter", f"--net={path}", "true"])


def _switch_on(inside: list[str]) -> None:
    for switch in SWITCHES:
        if Path("/proc/sys", switch).exists():
            run([*inside, "sh", "-c", f"echo 1 > /proc/sys/{switch}"])
