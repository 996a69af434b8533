"""Where things lie: the sources, what is built once for all checkouts, and what one cluster leaves behind."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
REPOSITORY = PACKAGE.parent


def cache() -> Path:
    """Built things, by version; safe to delete, dear to rebuild."""
    if chosen := os.environ.get("COLONNADE_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "colonnade"


def state() -> Path:
    """The one cluster of this machine: data, certificates, logs. `down` removes it, but for the nodes' images."""
    return Path(os.environ.get("COLONNADE_CLUSTER_STATE", "/var/lib/colonnade-cluster"))


def kubeconfig() -> Path:
    return state() / "kubeconfig"


def logs() -> Path:
    return state() / "logs"
