"""Labels, names and owners of everything that Colonnade makes."""

from dataclasses import dataclass

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, Key, Manifest, Resource
from colonnade_api import GROUP
from colonnade_api.wellknown import (
    COMPONENT_LABEL,
    DATASET_LABEL,
    DEPLOYMENT_LABEL,
    MANAGED_BY_LABEL,
    MODEL_VERSION_LABEL,
    REVISION_LABEL,
)

MANAGED = f"{MANAGED_BY_LABEL}=colonnade"

OWNER_LABELS = {
    DATASETS: DATASET_LABEL,
    MODEL_VERSIONS: MODEL_VERSION_LABEL,
    DEPLOYMENTS: DEPLOYMENT_LABEL,
}


@dataclass(frozen=True)
class Owner:
    """The object of ours for whose sake another exists, and whose end is that one's end."""

    key: Key
    uid: str

    def references(self) -> list[Manifest]:
        reference = {
            "apiVersion": self.key.resource.api_version,
            "kind": self.key.resource.kind,
            "name": self.key.name,
            "uid": self.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
        return [reference]


def managed(component: str, owner: Owner | None = None, **more: str) -> dict[str, str]:
    """The labels of an object that serves `owner`; `more` by the last part of their names (`revision=...`)."""
    labels = {MANAGED_BY_LABEL: "colonnade", COMPONENT_LABEL: component}
    if owner:
        labels[OWNER_LABELS[owner.key.resource]] = owner.key.name
    return labels | {f"{GROUP}/{name}": value for name, value in more.items()}


def revision_name(deployment: str, revision: str) -> str:
    """Of the revision's workload, Service, budget and network policy."""
    return f"{deployment}-{revision}"


def revision_labels(deployment: str, revision: str) -> dict[str, str]:
    """What selects the revision's pods: never to be changed, since selectors are for life."""
    return {DEPLOYMENT_LABEL: deployment, REVISION_LABEL: revision}


def controller_of(manifest: Manifest) -> Manifest:
    """The reference to the one owner that controls it; empty where nobody does."""
    owners: list[Manifest] = manifest["metadata"].get("ownerReferences") or []
    return next((owner for owner in owners if owner.get("controller")), {})


def owner_of(manifest: Manifest) -> Key | None:
    """The object of ours that this one's labels name, None where they name none."""
    metadata = manifest["metadata"]
    labels = metadata.get("labels") or {}
    for resource, label in _BY_PRECEDENCE:
        if name := labels.get(label):
            return Key(resource, metadata.get("namespace", ""), name)
    return None


_BY_PRECEDENCE: tuple[tuple[Resource, str], ...] = (
    (DEPLOYMENTS, OWNER_LABELS[DEPLOYMENTS]),  # a serving pod names its Deployment and the ModelVersion that it serves
    (MODEL_VERSIONS, OWNER_LABELS[MODEL_VERSIONS]),
    (DATASETS, OWNER_LABELS[DATASETS]),
)
