"""Our four kinds and how people name them: `mdep/flights-late`, `dataset/flights`, or a bare name for a Deployment."""

from dataclasses import dataclass
from typing import Any

from colonnade.cli.errors import UsageError

Object = dict[str, Any]
"""As the API server has it, in JSON."""

GROUP = "colonnade.dev"
VERSION = "v1alpha1"


@dataclass(frozen=True)
class Kind:
    """A kind as the API server and as people call it."""

    kind: str
    plural: str
    short: str
    group: str = GROUP
    version: str = VERSION
    alias: str = ""

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str, name: str = "") -> str:
        root = f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"
        return f"{root}/namespaces/{namespace}/{self.plural}" + (f"/{name}" if name else "")

    @property
    def spellings(self) -> tuple[str, ...]:
        known = (self.short, self.plural, self.kind.lower(), f"{self.plural}.{self.group}")
        return (*known, self.alias) if self.alias else known


DATASET = Kind("Dataset", "datasets", "dset")
MODEL_VERSION = Kind("ModelVersion", "modelversions", "mv")
DEPLOYMENT = Kind("Deployment", "deployments", "mdep", alias="dep")
MONITOR_POLICY = Kind("MonitorPolicy", "monitorpolicies", "mpol")
OURS = (DATASET, MODEL_VERSION, DEPLOYMENT, MONITOR_POLICY)

POD = Kind("Pod", "pods", "pod", group="", version="v1")
CLAIM = Kind("PersistentVolumeClaim", "persistentvolumeclaims", "pvc", group="", version="v1")
CONFIG_MAP = Kind("ConfigMap", "configmaps", "cm", group="", version="v1")


@dataclass(frozen=True)
class Reference:
    """One object that the user named."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind.short}/{self.name}"


def reference(text: str, *allowed: Kind) -> Reference:
    """`KIND/NAME`, or a bare NAME of the first kind allowed.

    Raises UsageError when the kind is unknown or isn't one that the command takes.
    """
    spelling, slash, name = text.rpartition("/")
    if not slash:
        return Reference(allowed[0], name)
    found = next((kind for kind in OURS if spelling.lower() in kind.spellings), None)
    takes = " or ".join(f"{kind.short}/NAME" for kind in allowed)
    if found not in allowed or not name:
        raise UsageError(f'"{text}" is not something that this command takes; write {takes}')
    return Reference(found, name)
