"""The kubelet and kube-proxy of one node."""

import json

from cluster import build
from cluster.certs import Authority, Certificate
from cluster.kubeconfig import write_kubeconfig
from cluster.node import FIRST_ADDRESS, POD_RANGE, Node
from cluster.processes import Component

KUBELET_PORT = 10250


def kubelet(node: Node, authority: Authority, server: str) -> Component:
    """Writes its settings and says how to run it."""
    holder = Certificate(f"kubelet-{node.name}", f"system:node:{node.name}", ("system:nodes",))
    identity = write_kubeconfig(node.folder / "kubelet.kubeconfig", authority, holder, server)
    settings = json.dumps(kubelet_settings(node, authority), indent=1)
    (node.folder / "kubelet.json").write_text(settings)
    argv = (
        str(build.program(build.KUBERNETES, "kubelet")),
        f"--config={node.folder / 'kubelet.json'}",
        f"--kubeconfig={identity}",
        f"--hostname-override={node.name}",
        f"--node-ip={node.address}",
        f"--root-dir={node.folder / 'kubelet'}",
    )
    return Component(f"kubelet-{node.name}", argv, settings=settings, network=node.network)


def kubelet_settings(node: Node, authority: Authority) -> dict[str, object]:
    """Its serving certificate names the node's address, or exec, logs and port-forward would be refused."""
    serving = Certificate(
        f"kubelet-serving-{node.name}", f"system:node:{node.name}", ("system:nodes",), (node.name,), (node.address,)
    )
    certificate, key = authority.issue(serving)
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": node.address,
        "port": KUBELET_PORT,
        "healthzPort": 0,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority.certificate)},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(certificate),
        "tlsPrivateKeyFile": str(key),
        "containerRuntimeEndpoint": f"unix://{node.socket}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": node.cgroup,
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [FIRST_ADDRESS],
        "clusterDomain": "cluster.local",
        "podLogsDir": str(node.folder / "pod-logs"),  # each kubelet deletes there what it doesn't know
        "imageGCHighThresholdPercent": 100,  # never: what it deleted nobody could pull again
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "nodeStatusUpdateFrequency": "5s",
        "crashLoopBackOff": {"maxContainerRestartPeriod": "2s"},  # so that a test can kill often
    }


def kube_proxy(node: Node, authority: Authority, server: str) -> Component:
    """In iptables mode, since in nftables mode no node port answers on 127.0.0.1."""
    holder = Certificate("kube-proxy", "system:kube-proxy", ("system:node-proxier",))
    identity = write_kubeconfig(node.folder / "kube-proxy.kubeconfig", authority, holder, server)
    argv = (
        str(build.program(build.KUBERNETES, "kube-proxy")),
        f"--kubeconfig={identity}",
        f"--hostname-override={node.name}",
        "--proxy-mode=iptables",
        "--iptables-min-sync-period=100ms",
        f"--cluster-cidr={POD_RANGE}",
        "--conntrack-max-per-core=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
        f"--healthz-bind-address={node.address}:10256",
        f"--metrics-bind-address={node.address}:10249",
    )
    return Component(f"kube-proxy-{node.name}", argv, network=node.network)
