"""How many CPUs this process may use: its cgroup's quota, not the node's count, decides."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def cpu_limit(cgroup: Path = CGROUP) -> float:
    """CPUs that the cgroup's quota and the affinity mask allow; fractions are possible (500m is 0.5)."""
    allowed = float(len(os.sched_getaffinity(0)))
    quota = _quota_v2(cgroup) or _quota_v1(cgroup)
    return min(allowed, quota) if quota else allowed


def intra_op_threads(cgroup: Path = CGROUP) -> int:
    """Threads for one inference: whole CPUs of the limit, at least one."""
    return max(1, math.floor(cpu_limit(cgroup)))


def _quota_v2(cgroup: Path) -> float | None:
    fields = _read(cgroup / "cpu.max").split()
    if len(fields) != 2 or fields[0] == "max":
        return None
    return int(fields[0]) / int(fields[1])


def _quota_v1(cgroup: Path) -> float | None:
    quota = _read(cgroup / "cpu" / "cpu.cfs_quota_us")
    period = _read(cgroup / "cpu" / "cpu.cfs_period_us")
    if not quota or not period or int(quota) <= 0:
        return None
    return int(quota) / int(period)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
