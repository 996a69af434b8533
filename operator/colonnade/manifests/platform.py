"""What the manifests have to know about the installation."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from colonnade.manifests.signing import Signing
from colonnade.plan.common.places import Place

STORE_CLAIM = "colonnade-store"
STORE_MOUNT = "/store"


@dataclass(frozen=True)
class VolumeStore:
    """The artifact store is a PersistentVolumeClaim in each namespace. storage_class None: the cluster's default.

    copied_from: stores of before, whose content is here now.
    """

    size: str = "10Gi"
    storage_class: str | None = None
    access_mode: Literal["ReadWriteOnce", "ReadWriteMany"] = "ReadWriteOnce"
    url: str = f"file://{STORE_MOUNT}"
    copied_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class BucketStore:
    """The artifact store is a bucket.

    secret: in each namespace, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; None where pods get them otherwise.
    endpoint: for a store that isn't AWS, such as https://minio.example:9000. copied_from: stores of before, whose
    content is here now.
    """

    url: str
    secret: str | None = None
    endpoint: str | None = None
    region: str | None = None
    copied_from: tuple[str, ...] = ()


Store = VolumeStore | BucketStore


@dataclass(frozen=True)
class Platform:
    """Images, store and addresses.

    router_host: what client Services point to.
    namespace: where the router and the bundled Prometheus run, who alone call serving pods.
    store: of each namespace that `stores` doesn't name.
    """

    serving_image: str
    jobs_image: str
    router_host: str
    namespace: str
    store: Store = field(default_factory=VolumeStore)
    stores: Mapping[str, Store] = field(default_factory=dict)
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
    signing: Signing = field(default_factory=Signing)

    def of(self, namespace: str) -> "Platform":
        """As a namespace's manifests have to know it: with the store that is its own."""
        return replace(self, store=self.stores[namespace], stores={}) if namespace in self.stores else self

    def place(self, namespace: str) -> Place:
        store = self.of(namespace).store
        return Place(store.url.rstrip("/"), namespace, store.copied_from)
