"""What an image is made from, and a digest of it: the same sources need no second build."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

UNCOUNTED = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
DIGEST_LETTERS = 12


def digest(root: Path, sources: Iterable[str], *more: str) -> str:
    """Of the names, modes and contents of all files in the sources (paths below the root), and of `more`."""
    total = hashlib.sha256("\0".join(more).encode())
    for path in sorted(path for source in sources for path in _files(root / source)):
        executable = os.access(path, os.X_OK)
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root)}\0{executable}\0{content}\n".encode())
    return total.hexdigest()[:DIGEST_LETTERS]


def _files(source: Path) -> Iterator[Path]:
    """A source that doesn't exist has no files; the build will say what it misses."""
    if source.is_file():
        yield source
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if name not in UNCOUNTED]
        yield from (Path(folder, name) for name in names if not name.endswith((".pyc", ".so")))
