"""What every pod of ours has in common: the restricted Pod Security standard, no token, a read-only root."""

from typing import Any

from colonnade.kube.kinds import Manifest
from colonnade.manifests.platform import STORE_CLAIM, STORE_MOUNT, BucketStore, Platform, VolumeStore

USER = 65532
TEMPORARY = "/tmp"  # noqa: S108 - a mount point of an emptyDir

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
SETTINGS = ("AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_REGION")


def pod(platform: Platform, container: Manifest, volumes: list[Manifest], **more: Any) -> Manifest:
    """A pod spec around one container, which gets an empty /tmp."""
    spec: Manifest = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container | _confined(container)],
        "volumes": [{"name": "tmp", "emptyDir": {}}, *volumes],
    }
    if platform.pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in platform.pull_secrets]
    return spec | more


def _confined(container: Manifest) -> Manifest:
    mounts = [{"name": "tmp", "mountPath": TEMPORARY}, *container.get("volumeMounts", [])]
    return {
        "volumeMounts": mounts,
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def store_volumes(platform: Platform) -> list[Manifest]:
    match platform.store:
        case VolumeStore():
            return [{"name": "store", "persistentVolumeClaim": {"claimName": STORE_CLAIM}}]
        case BucketStore():
            return []


def store_mounts(platform: Platform, read_only: bool) -> list[Manifest]:
    match platform.store:
        case VolumeStore():
            mount: Manifest = {"name": "store", "mountPath": STORE_MOUNT}
            return [mount | ({"readOnly": True} if read_only else {})]
        case BucketStore():
            return []


def store_environment(platform: Platform) -> list[Manifest]:
    """Credentials and address of a bucket; a volume needs neither."""
    match platform.store:
        case BucketStore() as bucket:
            given = {"AWS_ENDPOINT_URL": bucket.endpoint, "AWS_REGION": bucket.region}
            plain = [{"name": name, "value": value} for name, value in given.items() if value]
            secret = bucket_credentials(bucket.secret) if bucket.secret else []
            return [*plain, *(one for one in secret if not given.get(one["name"]))]
        case VolumeStore():
            return []


def bucket_credentials(secret: str, prefix: str = "") -> list[Manifest]:
    """AWS_* environment from a Secret's keys of the same names; what is missing shows as the pod's waiting reason."""
    needed = [from_secret(f"{prefix}{key}", secret, key) for key in CREDENTIALS]
    return needed + [from_secret(f"{prefix}{key}", secret, key, optional=True) for key in SETTINGS]


def from_secret(variable: str, secret: str, key: str, optional: bool = False) -> Manifest:
    reference: Manifest = {"name": secret, "key": key}
    return {"name": variable, "valueFrom": {"secretKeyRef": reference | ({"optional": True} if optional else {})}}
