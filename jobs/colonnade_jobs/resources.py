"""What this container may use, from its cgroup: a node's own figures would overcommit it."""

import math
import os
from pathlib import Path

from colonnade_serving.threads import CGROUP, cpu_limit

MEMORY_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")  # cgroup v2's and v1's
UNLIMITED_MEMORY_BYTES = 1 << 60


def cpus(cgroup: Path = CGROUP) -> int:
    """Whole processors to use, at least one: the cgroup's quota rounded up, within the affinity mask."""
    return max(1, math.ceil(cpu_limit(cgroup)))


def memory_bytes(cgroup: Path = CGROUP) -> int:
    """The smaller of the cgroup's memory limit and the machine's memory."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [int(told) for told in (_read(cgroup / name) for name in MEMORY_LIMITS) if told.isdigit()]
    return min([machine, *(limit for limit in limits if limit < UNLIMITED_MEMORY_BYTES)])


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
