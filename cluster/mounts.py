"""Taking away folders with whatever is mounted in them, and never what lies behind a mount."""

import shutil
from pathlib import Path

from cluster.shell import run
from cluster.steps import ClusterError

MOUNTS = Path("/proc/self/mounts")


def unmount_below(folder: Path) -> None:
    """Unmounts everything in the folder, the last mounted first; what is busy goes as soon as it isn't."""
    for mount in reversed(mounted_below(folder, MOUNTS.read_text())):
        run(["umount", "--lazy", mount])


def mounted_below(folder: Path, mounts: str) -> list[str]:
    """The mount points below a folder, in the order of the kernel's list, with its octal escapes undone."""
    points = [line.split()[1].encode().decode("unicode_escape") for line in mounts.splitlines()]
    return [point for point in points if point.startswith(f"{folder}/")]


def remove_all_but(folder: Path, kept: Path | None = None) -> None:
    """Removes the folder's content; refuses where something is still mounted, since it would delete that too."""
    if not folder.exists():
        return
    mounted = mounted_below(folder, MOUNTS.read_text())
    if still := [point for point in mounted if not kept or not point.startswith(f"{kept}/")]:
        raise ClusterError(f"{still[0]} is still mounted, so {folder} can't be removed: unmount it first")
    for entry in folder.iterdir():
        if entry == kept:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
