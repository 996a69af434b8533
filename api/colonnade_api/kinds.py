"""What the API server calls the things that people's programs and the operator both read and write."""

from dataclasses import dataclass, field

from colonnade_api.common import GROUP, VERSION


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

PODS = Resource("", "v1", "pods", "Pod", "po")
CLAIMS = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", "pvc")
SECRETS = Resource("", "v1", "secrets", "Secret", "secret")
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", "cm")

OURS = (DATASETS, MODEL_VERSIONS, DEPLOYMENTS, MONITOR_POLICIES)
