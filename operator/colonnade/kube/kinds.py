"""What the API server calls the things that Colonnade reads and writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colonnade_api.kinds import (
    CLAIMS,
    CONFIG_MAPS,
    DATASETS,
    DEPLOYMENTS,
    MODEL_VERSIONS,
    MONITOR_POLICIES,
    OURS,
    PODS,
    Resource,
)

__all__ = [
    "BUDGETS",
    "CLAIMS",
    "CONFIG_MAPS",
    "DATASETS",
    "DEPLOYMENTS",
    "ENDPOINT_SLICES",
    "EVENTS",
    "JOBS",
    "LEASES",
    "MODEL_VERSIONS",
    "MONITOR_POLICIES",
    "NETWORK_POLICIES",
    "OURS",
    "OWNED",
    "PODS",
    "SERVICES",
    "WATCHED",
    "WORKLOADS",
    "Key",
    "Manifest",
    "Resource",
    "key_of",
    "resource_of",
]

Manifest = dict[str, Any]


JOBS = Resource("batch", "v1", "jobs", "Job")
WORKLOADS = Resource("apps", "v1", "deployments", "Deployment")
SERVICES = Resource("", "v1", "services", "Service")
ENDPOINT_SLICES = Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
BUDGETS = Resource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget")
NETWORK_POLICIES = Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")
LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease")
EVENTS = Resource("events.k8s.io", "v1", "events", "Event")

OWNED = (JOBS, PODS, WORKLOADS, SERVICES, ENDPOINT_SLICES, BUDGETS, NETWORK_POLICIES, CLAIMS)
WATCHED = OURS + OWNED

_BY_KIND = {(resource.api_version, resource.kind): resource for resource in (*WATCHED, CONFIG_MAPS, LEASES, EVENTS)}


def resource_of(manifest: Mapping[str, Any]) -> Resource:
    """Raises KeyError for a kind that Colonnade never touches."""
    return _BY_KIND[manifest["apiVersion"], manifest["kind"]]


@dataclass(frozen=True, order=True)
class Key:
    """One object of one kind."""

    resource: Resource
    namespace: str
    name: str

    def path(self, subresource: str | None = None) -> str:
        return self.resource.path(self.namespace, self.name, subresource)

    def __str__(self) -> str:
        return f"{self.resource.kind} {self.namespace}/{self.name}"


def key_of(manifest: Mapping[str, Any]) -> Key:
    metadata = manifest["metadata"]
    return Key(resource_of(manifest), metadata.get("namespace", ""), metadata["name"])
