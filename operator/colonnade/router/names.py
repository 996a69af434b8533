"""What Envoy's resources are called, and by which names clients reach a Deployment."""

from colonnade.router.state import Name, Revision

LISTENER = "data"
ROUTES = "deployments"
WEIGHTS = "weights"
METADATA = "colonnade"


def cluster(revision: Revision) -> str:
    return str(revision)


def fallback_cluster(revision: Revision) -> str:
    """The cluster that tries the revision first and stable next. The `+` keeps the stats' revision label from it."""
    return f"{revision}+stable"


def over_grpc(cluster: str) -> str:
    """The cluster with the same pods in the same order, whose connections speak HTTP/2."""
    return f"{cluster}+grpc"


def weight_key(revision: Revision) -> str:
    """The runtime key of a candidate's weight. It names the revision, so that no weight can become another's."""
    return f"colonnade.weight.{revision}"


def hosts(deployment: Name, cluster_domain: str) -> list[str]:
    """Every full name that a client may put before the port; the bare one comes on top while it is unique."""
    host = authority(deployment)
    return [host, f"{host}.svc", f"{host}.svc.{cluster_domain}"]


def url(deployment: Name) -> str:
    return f"http://{authority(deployment)}"


def authority(deployment: Name) -> str:
    """What a gRPC client says, from inside and outside: few of them can put a path before a method's."""
    return f"{deployment.name}.{deployment.namespace}"


def path(deployment: Name) -> str:
    """How one reaches it from outside, where the host says nothing."""
    return f"/namespaces/{deployment.namespace}/deployments/{deployment.name}/"
