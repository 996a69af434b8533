"""Virtual environments of the benches' peers, made once under the cache from their locks: none is ever ours."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from cluster.paths import cache
from cluster.shell import run
from cluster.steps import step


def home() -> Path:
    """The folder of all that the benches make."""
    return cache() / "bench"


def virtual_environment(name: str, lock: Path) -> Path:
    """The environment of a requirements.lock; its programs lie in bin."""

    def make(folder: Path) -> None:
        run([_uv(), "venv", "--quiet", "--python", _python(), folder])
        run([_uv(), "pip", "sync", "--quiet", "--python", folder / "bin" / "python", lock])

    return made(f"venv-{name}", [lock], make, _python())


def made(name: str, recipe: list[Path], make: Callable[[Path], None], by: str = "") -> Path:
    """A folder made from these files, anew when one of them changes. It is marked when whole: a venv can't be moved.

    by: the interpreter of a virtual environment, which is made anew for another one, too.
    """
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in recipe) + by.encode()).hexdigest()[:12]
    folder = home() / f"{name}-{digest}"
    if not (folder / "made").exists():
        with step(f"make {folder.name}"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder)
            (folder / "made").touch()
    return folder


def _uv() -> str:
    """The Makefile's: named by it, or as it left it in the cache; else the one on the path."""
    kept = max(map(str, cache().glob("uv-*/bin/uv")), default="uv")
    return os.environ.get("UV") or shutil.which("uv") or kept


def _python() -> str:
    """The interpreter below this virtual environment."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
