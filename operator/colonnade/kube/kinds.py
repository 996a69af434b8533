"""What the API server calls the things that Colonnade reads and writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from colonnade_api.common import GROUP, VERSION

Manifest = dict[str, Any]


@dataclass(frozen=True, order=True)
class Resource:
    """One kind as the API server serves it; `group` is empty for the core group. short: as kubectl takes it."""

    group: str
    version: str
    plural: str
    kind: str
    short: str = field(default="", compare=False)

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str | None = None, name: str | None = None, subresource: str | None = None) -> str:
        """The URL's path: of all of them, of a namespace's, of one object or of its subresource."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{namespace}" if namespace else ""
        tail = "".join(f"/{part}" for part in (name, subresource) if part)
        return f"{root}{scope}/{self.plural}{tail}"

    def __str__(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural


DATASETS = Resource(GROUP, VERSION, "datasets", "Dataset", "dset")
MODEL_VERSIONS = Resource(GROUP, VERSION, "modelversions", "ModelVersion", "mv")
DEPLOYMENTS = Resource(GROUP, VERSION, "deployments", "Deployment", "mdep")
MONITOR_POLICIES = Resource(GROUP, VERSION, "monitorpolicies", "MonitorPolicy", "mpol")

JOBS = Resource("batch", "v1", "jobs", "Job")
PODS = Resource("", "v1", "pods", "Pod", "po")
WORKLOADS = Resource("apps", "v1", "deployments", "Deployment")
SERVICES = Resource("", "v1", "services", "Service")
ENDPOINT_SLICES = Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
BUDGETS = Resource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget")
NETWORK_POLICIES = Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")
CLAIMS = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc")
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", "cm")
LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease")
EVENTS = Resource("events.k8s.io", "v1", "events", "Event")

OURS = (DATASETS, MODEL_VERSIONS, DEPLOYMENTS, MONITOR_POLICIES)
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
