"""The namespace's share of the artifact store."""

from colonnade.kube.kinds import CLAIMS, Manifest
from colonnade.manifests.labels import managed
from colonnade.manifests.platform import STORE_CLAIM, VolumeStore


def store_claim(namespace: str, store: VolumeStore) -> Manifest:
    """Owned by nobody: what is stored outlives every object that refers to it."""
    spec: Manifest = {"accessModes": [store.access_mode], "resources": {"requests": {"storage": store.size}}}
    if store.storage_class is not None:
        spec["storageClassName"] = store.storage_class
    return {
        "apiVersion": CLAIMS.api_version,
        "kind": CLAIMS.kind,
        "metadata": {"name": STORE_CLAIM, "namespace": namespace, "labels": managed("store")},
        "spec": spec,
    }
