"""The control groups that hold each node's pods: made before its kubelet starts, emptied and removed at the end."""

from contextlib import suppress
from pathlib import Path

from cluster.node import Node

HIERARCHIES = Path("/sys/fs/cgroup")
PARENT = "colonnade"


def ensure_cgroup(node: Node) -> None:
    """With version 1 one folder in each controller; with version 2 one in all, and its controllers passed down."""
    for hierarchy in _hierarchies():
        folder = hierarchy
        for name in node.cgroup.strip("/").split("/"):
            _pass_controllers_down(folder)
            folder = folder / name
            folder.mkdir(exist_ok=True)


def pids(node: Node) -> list[int]:
    """Whatever runs in the node's pods."""
    found: set[int] = set()
    for hierarchy in _hierarchies():
        for processes in _below(hierarchy, node).rglob("cgroup.procs"):
            with suppress(OSError):
                found.update(int(pid) for pid in processes.read_text().split())
    return sorted(found - {0})


def remove_cgroup(node: Node) -> None:
    """The deepest first, since a control group with others in it can't go."""
    for hierarchy in _hierarchies():
        top = _below(hierarchy, node)
        folders = [top, *(path for path in top.rglob("*") if path.is_dir())] if top.exists() else []
        for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
            with suppress(OSError):
                folder.rmdir()
        with suppress(OSError):
            (hierarchy / PARENT).rmdir()


def _hierarchies() -> list[Path]:
    if (HIERARCHIES / "cgroup.controllers").exists():
        return [HIERARCHIES]
    return sorted({path.resolve() for path in HIERARCHIES.iterdir() if (path / "cgroup.procs").exists()})


def _below(hierarchy: Path, node: Node) -> Path:
    return hierarchy / node.cgroup.strip("/")


def _pass_controllers_down(folder: Path) -> None:
    available = folder / "cgroup.controllers"
    if available.exists():
        wanted = " ".join(f"+{controller}" for controller in available.read_text().split())
        with suppress(OSError):  # the machine's manager may keep some for itself
            (folder / "cgroup.subtree_control").write_text(wanted)
