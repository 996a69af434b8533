"""What the manifests have to know about the installation."""

from dataclasses import dataclass, field
from typing import Literal

STORE_CLAIM = "colonnade-store"
STORE_MOUNT = "/store"


@dataclass(frozen=True)
class VolumeStore:
    """The artifact store is a PersistentVolumeClaim in each namespace. storage_class None: the cluster's default."""

    size: str = "10Gi"
    storage_class: str | None = None
    access_mode: Literal["ReadWriteOnce", "ReadWriteMany"] = "ReadWriteOnce"
    url: str = f"file://{STORE_MOUNT}"


@dataclass(frozen=True)
class BucketStore:
    """The artifact store is a bucket.

    secret: in each namespace, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; None where pods get them otherwise.
    endpoint: for a store that isn't AWS, such as https://minio.example:9000.
    """

    url: str
    secret: str | None = None
    endpoint: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Platform:
    """Images, store and addresses.

    router_host: what client Services point to.
    namespace: where the router and the bundled Prometheus run, who alone call serving pods.
    """

    serving_image: str
    jobs_image: str
    router_host: str
    namespace: str
    store: VolumeStore | BucketStore = field(default_factory=VolumeStore)
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
