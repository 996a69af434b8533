"""Who may talk to a revision's pods, and to whom they may talk."""

from colonnade.kube.kinds import NETWORK_POLICIES, Manifest
from colonnade.manifests.labels import Owner, managed, revision_labels, revision_name
from colonnade.manifests.platform import BucketStore, Platform
from colonnade.manifests.workloads.job import DNS
from colonnade_api.wellknown import COMPONENT_LABEL


def serving_network(platform: Platform, owner: Owner, revision: str) -> Manifest:
    """In: the routers and whatever Prometheus scrapes. Out: nothing, unless the bundle lies in a bucket."""
    callers = [_ours(platform.namespace, "router"), _ours(platform.namespace, "prometheus"), _other_prometheus()]
    spec: Manifest = {
        "podSelector": {"matchLabels": revision_labels(owner.key.name, revision)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": callers, "ports": [{"protocol": "TCP", "port": "http"}]}],
    }
    if isinstance(platform.store, BucketStore):
        spec["egress"] = [DNS, {"ports": [{"protocol": "TCP"}]}]
    return {
        "apiVersion": NETWORK_POLICIES.api_version,
        "kind": NETWORK_POLICIES.kind,
        "metadata": {
            "name": revision_name(owner.key.name, revision),
            "namespace": owner.key.namespace,
            "labels": managed("serving", owner, revision=revision),
            "ownerReferences": owner.references(),
        },
        "spec": spec,
    }


def _ours(namespace: str, component: str) -> Manifest:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "colonnade", COMPONENT_LABEL: component}},
    }


def _other_prometheus() -> Manifest:
    return {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}}
