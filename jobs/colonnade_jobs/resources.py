"""What this container may use, from its cgroup: a node's own figures would overcommit it."""

import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
UNLIMITED_MEMORY_BYTES = 1 << 60


def cpus(cgroup: Path = CGROUP) -> int:
    """Whole processors to use, at least one: the cgroup's quota rounded up, within the affinity mask."""
    available = len(os.sched_getaffinity(0))
    quota, _, period = _read(cgroup / "cpu.max").partition(" ")
    if not quota.isdigit():
        return available
    return max(1, min(available, -(-int(quota) // int(period))))


def memory_bytes(cgroup: Path = CGROUP) -> int:
    """The smaller of the cgroup's memory limit and the machine's memory."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _read(cgroup / "memory.max")
    return min(machine, int(limit)) if limit.isdigit() and int(limit) < UNLIMITED_MEMORY_BYTES else machine


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
