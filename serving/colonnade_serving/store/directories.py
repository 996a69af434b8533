"""A directory on a file:// store: written under a temporary name, then renamed."""

import errno
import os
import shutil
import uuid
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".new-"


def is_temporary(path: str) -> bool:
    """Whether a stored path lies in a directory that was never committed."""
    return any(part.startswith(TEMPORARY) for part in path.split("/"))


def remove_abandoned(root: Path, before: float) -> int:
    """Takes away what writers that were killed have left, last written before this time (seconds since the epoch).
    Returns how many directories that were."""
    abandoned = [path for path in root.glob(f"*/{TEMPORARY}*") if path.stat().st_mtime < before]
    for path in abandoned:
        shutil.rmtree(path, ignore_errors=True)
    return len(abandoned)


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
    if not _takes_place(temporary, target):
        if (target / manifest).exists():
            return False
        _clear(target, manifest)
        if not _takes_place(temporary, target):
            if (target / manifest).exists():
                return False
            raise FileExistsError(f"{target.name} is there without {manifest}, and does not go away")
    _flush(target.parent)
    return True


def _takes_place(temporary: Path, target: Path) -> bool:
    """Whether it could be renamed: not where there are files already."""
    try:
        temporary.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def _clear(target: Path, manifest: str) -> None:
    """Takes a foreign hand's leftovers away: without its manifest it is no artifact.

    It is moved before it is looked at again: another writer may have put the artifact in its place meanwhile.
    """
    aside = target.parent / f"{TEMPORARY}{uuid.uuid4().hex}"
    with suppress(OSError):
        target.rename(aside)
        if (aside / manifest).exists():
            aside.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
