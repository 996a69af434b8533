"""CoreDNS on the bridge's address, where every pod asks for names."""

from pathlib import Path

from cluster import build
from cluster.certs import Authority, Certificate
from cluster.controlplane import SERVER
from cluster.kubeconfig import write_kubeconfig
from cluster.node import FIRST_ADDRESS
from cluster.paths import state
from cluster.processes import Component

HOLDER = Certificate("coredns", "colonnade:coredns")
RESOLVERS = Path("/etc/resolv.conf")
TTL_SECONDS = 5  # for clients; the server itself forgets nothing and remembers nothing of the cluster's names
SETTINGS = """\
.:53 {{
    bind {address}
    errors
    ready {address}:8181
    cache {{
        disable success cluster.local
        disable denial cluster.local
    }}
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig}
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl {ttl}
    }}
{forward}}}
"""


def corefile(kubeconfig: Path, resolvers: str) -> str:
    """Names outside the cluster are passed to the machine's own name servers, where it has any."""
    forward = f"    forward . {RESOLVERS}\n" if "nameserver" in resolvers else ""
    return SETTINGS.format(address=FIRST_ADDRESS, ttl=TTL_SECONDS, kubeconfig=kubeconfig, forward=forward)


def coredns(authority: Authority) -> Component:
    kubeconfig = write_kubeconfig(state() / "kubeconfigs" / HOLDER.file, authority, HOLDER, SERVER)
    settings = corefile(kubeconfig, RESOLVERS.read_text() if RESOLVERS.exists() else "")
    path = state() / "Corefile"
    path.write_text(settings)
    return Component("coredns", (str(build.program(build.COREDNS, "coredns")), "-conf", str(path)), settings=settings)
