"""A directory on a file:// store: written under a temporary name, then renamed."""

import os
import shutil
import uuid
from pathlib import Path

TEMPORARY = ".new-"


def is_temporary(path: str) -> bool:
    """Whether a stored path lies in a directory that was never committed."""
    return any(part.startswith(TEMPORARY) for part in path.split("/"))


def commit(source: Path, target: Path, manifest: str) -> bool:
    """Copies a directory of plain files to target, whole or not at all; False when another writer was first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f"{TEMPORARY}{uuid.uuid4().hex}"
    try:
        _copy(source, temporary)
        return _rename(temporary, target, manifest)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    target.mkdir(mode=0o755)
    for file in source.iterdir():
        shutil.copyfile(file, target / file.name)
        _flush(target / file.name)
    _flush(target)


def _rename(temporary: Path, target: Path, manifest: str) -> bool:
    if (target / manifest).exists():
        return False
    if target.exists():  # without its manifest it is no artifact: a foreign hand's leftovers
        shutil.rmtree(target)
    try:
        temporary.rename(target)
    except OSError:
        if (target / manifest).exists():
            return False
        raise
    _flush(target.parent)
    return True


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
