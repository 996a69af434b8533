"""The arguments of etcd and the API server, for the cluster and for tests that need no more than those two."""

from dataclasses import dataclass
from pathlib import Path

from cluster import build
from cluster.certs import Authority, Certificate

SERVICE_RANGE = "10.96.0.0/16"
FIRST_SERVICE = "10.96.0.1"  # the `kubernetes` Service: the first address of the range
ADMINISTRATOR = Certificate("admin", "kubernetes-admin", ("system:masters",))
FRONT_PROXY = Certificate("front-proxy", "front-proxy")
KUBELET_CLIENT = Certificate("apiserver-kubelet", "kube-apiserver", ("system:masters",))
ETCD_CLIENT = Certificate("apiserver-etcd", "kube-apiserver-etcd")


def serving(address: str) -> Certificate:
    """The API server's own: every name that a pod or a person may call it by."""
    names = tuple(f"kubernetes{suffix}" for suffix in ("", ".default", ".default.svc", ".default.svc.cluster.local"))
    addresses = tuple(dict.fromkeys(("127.0.0.1", FIRST_SERVICE, address)))
    return Certificate("apiserver", "kube-apiserver", dns_names=("localhost", *names), addresses=addresses)


ETCD_SERVING = Certificate("etcd", "etcd", dns_names=("localhost",), addresses=("127.0.0.1",))


@dataclass(frozen=True)
class Etcd:
    """A database of one member on the loopback address; whoever has no certificate of ours is refused."""

    data: Path
    client_port: int
    peer_port: int
    durable: bool = True

    def url(self) -> str:
        return f"https://127.0.0.1:{self.client_port}"

    def argv(self, authority: Authority) -> list[str]:
        certificate, key = authority.issue(ETCD_SERVING)
        peer = f"http://127.0.0.1:{self.peer_port}"
        return [
            str(build.program(build.ETCD, "etcd")),
            "--name=etcd",
            f"--data-dir={self.data}",
            f"--listen-client-urls={self.url()}",
            f"--advertise-client-urls={self.url()}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=etcd={peer}",
            f"--cert-file={certificate}",
            f"--key-file={key}",
            f"--trusted-ca-file={authority.certificate}",
            "--client-cert-auth=true",
            "--log-level=warn",
            "--auto-compaction-retention=1h",
            *([] if self.durable else ["--unsafe-no-fsync"]),
        ]


def api_server(authority: Authority, etcd: Etcd, port: int, address: str) -> list[str]:
    """The arguments that every use of it shares; `address` is where pods find it, so never loopback."""
    certificate, key = authority.issue(serving(address))
    etcd_certificate, etcd_key = authority.issue(ETCD_CLIENT)
    front_certificate, front_key = authority.issue(FRONT_PROXY)
    return [
        str(build.program(build.KUBERNETES, "kube-apiserver")),
        f"--etcd-servers={etcd.url()}",
        f"--etcd-cafile={authority.certificate}",
        f"--etcd-certfile={etcd_certificate}",
        f"--etcd-keyfile={etcd_key}",
        f"--secure-port={port}",
        f"--advertise-address={address}",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--authorization-mode=Node,RBAC",
        f"--client-ca-file={authority.certificate}",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={key}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={authority.tokens_public_key}",
        f"--service-account-signing-key-file={authority.tokens_key}",
        f"--requestheader-client-ca-file={authority.certificate}",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={front_certificate}",
        f"--proxy-client-key-file={front_key}",
        "--allow-privileged=true",
        "--profiling=false",
    ]
