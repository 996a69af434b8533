"""What of an object is worth keeping: most of what an API server says of it is bookkeeping for others."""

import sys
from collections.abc import Mapping
from typing import Any

from colonnade.kube.client import FIELD_MANAGER
from colonnade.kube.kinds import CLAIMS, PODS, WORKLOADS, Manifest, Resource, resource_of

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
UNREAD: Mapping[Resource, frozenset[str]] = {
    PODS: frozenset({"containers", "initContainers", "volumes", "tolerations", "affinity"}),
    WORKLOADS: frozenset({"template"}),
    CLAIMS: frozenset({"resources"}),
}
"""Of spec. Whoever comes to read one of these takes it out of here."""
SHARED_LENGTH = 64


def compact(manifest: Manifest) -> Manifest:
    """A copy without others' managedFields and kubectl's copy, in which equal short strings are one string.

    Our own managedFields stay: they tell which fields we own that a manifest no longer mentions.
    """
    kept = {**manifest, "metadata": _metadata(manifest["metadata"])}
    if unread := UNREAD.get(resource_of(manifest)):
        kept["spec"] = {name: value for name, value in (manifest.get("spec") or {}).items() if name not in unread}
    shared: Manifest = _shared(kept)
    return shared


def _metadata(metadata: Mapping[str, Any]) -> Manifest:
    kept = dict(metadata)
    if fields := metadata.get("managedFields"):
        kept["managedFields"] = [one for one in fields if _is_ours(one)]
    if annotations := metadata.get("annotations"):
        kept["annotations"] = {name: value for name, value in annotations.items() if name != LAST_APPLIED}
    return kept


def _is_ours(entry: Mapping[str, Any]) -> bool:
    return (entry.get("manager"), entry.get("operation")) == (FIELD_MANAGER, "Apply")


def _shared(value: Any) -> Any:
    if isinstance(value, dict):
        return {sys.intern(name): _shared(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_shared(below) for below in value]
    return sys.intern(value) if isinstance(value, str) and len(value) <= SHARED_LENGTH else value
