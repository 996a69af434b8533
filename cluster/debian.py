"""What comes from Debian's packages, installed when it is missing."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from cluster.shell import run
from cluster.steps import ClusterError, step

FOR_THE_CLUSTER = (
    "runc",
    "containernetworking-plugins",
    "iptables",
    "conntrack",
    "iproute2",
    "openssl",
    "gcc",
    "libc6-dev",
    "python3-venv",
)
FOR_IMAGES = ("buildah", "debootstrap", "debian-archive-keyring", "ca-certificates")


def must_be_root() -> None:
    if os.geteuid():
        raise ClusterError("namespaces, mounts and iptables need root: run it as root, or by sudo")


def ensure_installed(packages: Sequence[str]) -> None:
    missing = sorted(set(packages) - _installed(packages))
    if not missing:
        return
    must_be_root()
    with step(f"install {' '.join(missing)}"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update", "--quiet"], env=quiet)
        run(["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", *missing], env=quiet)


def _installed(packages: Sequence[str]) -> set[str]:
    """dpkg-query exits 1 where it doesn't know one of them, and tells of the others all the same."""
    if not shutil.which("dpkg-query"):
        raise ClusterError("this needs Debian, or what is made of it; elsewhere use kind: see kind-config.yaml")
    asked = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return {line.split()[0] for line in told.splitlines() if line.endswith(" installed")}
