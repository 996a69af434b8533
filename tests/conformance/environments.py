"""The clients' virtual environment and node's packages, made once under the cache and anew when their locks change."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from cluster.locks import locked
from cluster.paths import cache
from cluster.shell import run
from cluster.steps import step

HERE = Path(__file__).resolve().parent


def clients() -> Path:
    """The Python of the clients' virtual environment."""
    lock = HERE / "requirements.txt"
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"

    def make(folder: Path) -> None:
        run([_uv(), "venv", "--quiet", "--python", python, folder])
        run([_uv(), "pip", "sync", "--quiet", "--require-hashes", "--python", folder / "bin" / "python", lock])

    return _made("clients", [lock], make) / "bin" / "python"


def node() -> Path | None:
    """The folder of node's client with its packages; None where there is no node."""
    files = [HERE / "node" / name for name in ("package.json", "package-lock.json", "client.mjs")]

    def make(folder: Path) -> None:
        for file in files:
            shutil.copy(file, folder)
        run(["npm", "ci", "--silent", "--no-fund", "--no-audit"], cwd=folder)

    return _made("node", files, make) if shutil.which("npm") else None


def models() -> Path:
    """The folder of the kit's models."""
    recipe = HERE / "models.py"
    return _made("models", [recipe], lambda folder: run([sys.executable, "-m", "tests.conformance.models", folder]))


def _made(name: str, recipe: list[Path], make: Callable[[Path], object]) -> Path:
    """A folder made from these files. It is marked when whole, since a virtual environment can't be moved there."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in recipe)).hexdigest()[:12]
    home = cache() / "conformance"
    home.mkdir(parents=True, exist_ok=True)
    folder = home / f"{name}-{digest}"
    with locked(home / "lock"):
        if not (folder / "made").exists():
            with step(f"make {folder.name}"):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                (folder / "made").touch()
    return folder


def _uv() -> str:
    kept = max(map(str, cache().glob("uv-*/bin/uv")), default="uv")
    return os.environ.get("UV") or shutil.which("uv") or kept
