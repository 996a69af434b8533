"""How a Deployment and its revisions are reached."""

from colonnade.kube.kinds import SERVICES, Manifest
from colonnade.manifests.labels import Owner, managed, revision_labels, revision_name
from colonnade.manifests.platform import Platform


def revision_service(owner: Owner, revision: str) -> Manifest:
    """The revision's own, for life: its selector never changes, and no other revision's pods ever stand behind it."""
    return _service(
        owner,
        revision_name(owner.key.name, revision),
        managed("serving", owner, revision=revision),
        {
            "type": "ClusterIP",
            "selector": revision_labels(owner.key.name, revision),
            "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
        },
    )


def client_service(platform: Platform, owner: Owner, name: str) -> Manifest:
    """Another name for the router, which tells Deployments apart by host: no client has to follow its addresses."""
    spec = {"type": "ExternalName", "externalName": platform.router_host}
    return _service(owner, name, managed("client", owner), spec)


def _service(owner: Owner, name: str, labels: dict[str, str], spec: Manifest) -> Manifest:
    metadata = {"name": name, "namespace": owner.key.namespace, "labels": labels, "ownerReferences": owner.references()}
    return {"apiVersion": SERVICES.api_version, "kind": SERVICES.kind, "metadata": metadata, "spec": spec}
