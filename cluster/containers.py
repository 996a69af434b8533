"""containerd on one node: its settings, and what is done to it by `ctr`."""

import json
from pathlib import Path

from cluster import build, versions
from cluster.node import BRIDGE, POD_RANGE, Node
from cluster.processes import Component
from cluster.shell import run, succeeds
from cluster.steps import wait_until

CNI_PROGRAMS = Path("/usr/lib/cni")  # Debian's place
NAMESPACE = "k8s.io"  # containerd's, not Kubernetes's: where the kubelet looks
REMOVED_LIMIT_SECONDS = 30.0
REMOVALS = {"tasks": ["delete", "--force"], "containers": ["delete"], "sandboxes": ["remove", "--force"]}
SETTINGS = """\
version = 3
root = "{root}"
state = "{run}/containerd"
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
address = "{run}/containerd.sock"

[ttrpc]
address = "{run}/containerd.ttrpc"

[plugins."io.containerd.cri.v1.runtime"]
# Without the right to lower a score every sandbox would die of "can't get final child's PID from pipe: EOF".
restrict_oom_score_adj = true
# So that what is left of pods after a kill -9 lies where only this cluster's things lie.
netns_mounts_under_state_dir = true

[plugins."io.containerd.cri.v1.runtime".cni]
use_internal_loopback = true
bin_dirs = ["{cni_programs}"]
conf_dir = "{cni_settings}"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = false
Root = "{run}/runc"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{pause}"
"""


def containerd(node: Node) -> Component:
    """Writes its settings and says how to run it."""
    for folder in (node.images, node.folder / "run", _cni_settings(node)):
        folder.mkdir(parents=True, exist_ok=True)
    settings = SETTINGS.format(
        root=node.images,
        run=node.folder / "run",
        cni_programs=CNI_PROGRAMS,
        cni_settings=_cni_settings(node),
        pause=versions.TOOLS_IMAGE,
    )
    cni = json.dumps(pod_network(node), indent=1)
    (node.folder / "containerd.toml").write_text(settings)
    (_cni_settings(node) / "10-colonnade.conflist").write_text(cni)
    return Component(
        f"containerd-{node.name}",
        (str(build.program(build.CONTAINERD, "containerd")), "--config", str(node.folder / "containerd.toml")),
        settings=settings + cni,
        network=node.network,
        path=(build.CONTAINERD.home(),),
    )


def pod_network(node: Node) -> dict[str, object]:
    """Each pod gets a cable to the node's bridge; hairpin, so that a pod may call itself by its Service."""
    addresses = {"subnet": node.pods, "rangeStart": node.first_pod, "gateway": node.gateway}
    bridge = {
        "type": "bridge",
        "bridge": BRIDGE,
        "isGateway": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "dataDir": str(node.folder / "addresses"),
            "ranges": [[addresses]],
            "routes": [{"dst": "0.0.0.0/0"}, {"dst": POD_RANGE, "gw": node.gateway}],
        },
    }
    return {"cniVersion": "1.0.0", "name": f"colonnade-{node.name}", "plugins": [bridge]}


def answers(node: Node) -> bool:
    return node.socket.exists() and succeeds([*ctr(node), "version"], timeout_seconds=5)


def ctr(node: Node) -> list[str]:
    return [str(build.program(build.CONTAINERD, "ctr")), "--address", str(node.socket), "--namespace", NAMESPACE]


def remove_containers(node: Node) -> None:
    """Forgets every container, but no image. What ran in them was just killed, so a task may vanish on its own."""
    wait_until(lambda: not _remove(node), f"{node.name} has no containers", REMOVED_LIMIT_SECONDS)


def _remove(node: Node) -> bool:
    """Whether there was something to remove."""
    left = False
    for kind, remove in REMOVALS.items():
        if names := _names(run([*ctr(node), kind, "list"])):
            left = True
            succeeds([*ctr(node), kind, *remove, *names])
    return left


def _names(table: str) -> list[str]:
    """The first column of what `ctr` lists, without its heading."""
    return [line.split()[0] for line in table.splitlines()[1:] if line.strip()]


def _cni_settings(node: Node) -> Path:
    return node.folder / "cni"
