"""A pod with the store mounted, for as long as a `with` lasts."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from colonnade_access.cluster import Cluster, Refused
from colonnade_access.errors import ColonnadeError
from colonnade_access.references import Object
from colonnade_access.store import manifests
from colonnade_access.store.installation import Installation
from colonnade_api.kinds import CLAIMS, PODS

START_SECONDS = 180
POLL_SECONDS = 0.3
HOPELESS = ("ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError", "CreateContainerError")


@dataclass(frozen=True)
class StorePod:
    """A running pod with the store at /store."""

    cluster: Cluster
    name: str


@contextmanager
def mounted(cluster: Cluster, owner: Object, settings: Installation) -> Iterator[StorePod]:
    """A pod of its own, deleted at the end, whatever happened.

    Raises ColonnadeError when it doesn't start within START_SECONDS, with what Kubernetes says of it.
    """
    _ensure_claim(cluster, settings)
    _sweep(cluster, owner)
    made = cluster.create(PODS, manifests.pod(owner, settings, secrets.token_hex(3)))
    name = made["metadata"]["name"]
    try:
        _wait_until_running(cluster, name)
        yield StorePod(cluster, name)
    finally:
        cluster.delete(PODS, name)


def _ensure_claim(cluster: Cluster, settings: Installation) -> None:
    if cluster.find(CLAIMS, manifests.CLAIM):
        return
    try:
        cluster.create(CLAIMS, manifests.claim(settings))
    except Refused as refused:
        if refused.status != 409:
            raise


def _sweep(cluster: Cluster, owner: Object) -> None:
    """Ended pods of pushes that were killed half-way."""
    for old in cluster.list(PODS, ",".join(f"{key}={value}" for key, value in manifests.push_labels(owner).items())):
        if old.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            cluster.delete(PODS, old["metadata"]["name"])


def _wait_until_running(cluster: Cluster, name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        pod = cluster.find(PODS, name) or {}
        if pod.get("status", {}).get("phase") == "Running":
            return
        obstacle, hopeless = waiting_for(pod)
        if hopeless or time.monotonic() > deadline:
            raise ColonnadeError(f"the pod {name}, which reaches the store, does not start: {obstacle}")
        time.sleep(POLL_SECONDS)


def waiting_for(pod: Object) -> tuple[str, bool]:
    """What keeps the pod from running, in Kubernetes' words, and whether waiting is of no use."""
    if not pod:
        return "it was deleted", True
    status = pod.get("status", {})
    if status.get("phase") in ("Failed", "Succeeded"):
        return f"it ended: {status.get('message') or status.get('reason') or status['phase']}", True
    for container in status.get("containerStatuses") or []:
        waiting = container.get("state", {}).get("waiting") or {}
        if waiting.get("reason") not in (None, "ContainerCreating", "PodInitializing"):
            return f"{waiting['reason']}: {waiting.get('message', '')}".rstrip(": "), waiting["reason"] in HOPELESS
    for condition in status.get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return f"{condition.get('reason')}: {condition.get('message', '')}", False
    return "its container is being made", False
