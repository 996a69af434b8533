"""The processes that there is one of: etcd, the API server, the controllers, the scheduler, names and volumes."""

from cluster import build
from cluster.apiserver import KUBELET_CLIENT, SERVICE_RANGE, Etcd, api_server
from cluster.certs import Authority, Certificate
from cluster.kubeconfig import write_kubeconfig
from cluster.node import FIRST_ADDRESS, POD_RANGE
from cluster.paths import state
from cluster.processes import Component

API_PORT = 6443
SERVER = f"https://{FIRST_ADDRESS}:{API_PORT}"  # as the nodes and pods see it
ETCD_PORT, ETCD_PEER_PORT = 12379, 12380  # beside etcd's usual ones, which another etcd may hold

DATABASE = Etcd(state() / "etcd", ETCD_PORT, ETCD_PEER_PORT)
CONTROLLER_MANAGER = Certificate("controller-manager", "system:kube-controller-manager")
SCHEDULER = Certificate("scheduler", "system:kube-scheduler")


def etcd(authority: Authority) -> Component:
    return Component("etcd", tuple(DATABASE.argv(authority)))


def main_api_server(authority: Authority) -> Component:
    certificate, key = authority.issue(KUBELET_CLIENT)
    argv = (
        *api_server(authority, DATABASE, API_PORT, FIRST_ADDRESS),
        "--enable-admission-plugins=NodeRestriction",
        f"--kubelet-certificate-authority={authority.certificate}",
        f"--kubelet-client-certificate={certificate}",
        f"--kubelet-client-key={key}",
        "--kubelet-preferred-address-types=InternalIP",
    )
    return Component("kube-apiserver", argv)


def controller_manager(authority: Authority) -> Component:
    """No leader election: there is one, and after a kill -9 it needn't wait for its own lease to end."""
    identity = _identity(authority, CONTROLLER_MANAGER)
    argv = (
        str(build.program(build.KUBERNETES, "kube-controller-manager")),
        *_identified(identity),
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        f"--root-ca-file={authority.certificate}",
        f"--service-account-private-key-file={authority.tokens_key}",
        f"--cluster-signing-cert-file={authority.certificate}",
        f"--cluster-signing-key-file={authority.key}",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        f"--cluster-cidr={POD_RANGE}",
        f"--requestheader-client-ca-file={authority.certificate}",
    )
    return Component("kube-controller-manager", argv)


def scheduler(authority: Authority) -> Component:
    identity = _identity(authority, SCHEDULER)
    argv = (
        str(build.program(build.KUBERNETES, "kube-scheduler")),
        *_identified(identity),
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
    )
    return Component("kube-scheduler", argv)


def _identified(identity: str) -> list[str]:
    return [
        f"--kubeconfig={identity}",
        f"--authentication-kubeconfig={identity}",
        f"--authorization-kubeconfig={identity}",
    ]


def _identity(authority: Authority, holder: Certificate) -> str:
    return str(write_kubeconfig(state() / "kubeconfigs" / holder.file, authority, holder, SERVER))
