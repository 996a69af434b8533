"""A command in a memory cgroup of its own, which it finds where a container finds its own; needs root.

`python -m tests.bench.data.bounded MIB COMMAND …` ends as the command does, or with 137 where the kernel killed it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
V1 = CGROUP / "memory"


def bounded(mebibytes: int, command: list[str]) -> int:
    """The exit status of a command that may hold so much memory, page cache and all."""
    with _group() as group:
        (group / _limit()).write_text(str(mebibytes << 20))
        script = f'echo $$ > {group}/cgroup.procs && mount --bind {group} {_mount()} && exec "$@"'
        ended = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", *command], check=False).returncode
    return 128 - ended if ended < 0 else ended


@contextmanager
def _group() -> Iterator[Path]:
    group = _parent() / f"colonnade-bench-{os.getpid()}"
    group.mkdir()
    try:
        yield group
    finally:
        group.rmdir()


def _parent() -> Path:
    if not V1.exists():
        (CGROUP / "cgroup.subtree_control").write_text("+memory")
        return CGROUP
    own = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if ":memory:" in line)
    return V1 / own.rpartition(":")[2].lstrip("/")


def _limit() -> str:
    return "memory.limit_in_bytes" if V1.exists() else "memory.max"


def _mount() -> Path:
    return V1 if V1.exists() else CGROUP


if __name__ == "__main__":
    sys.exit(bounded(int(sys.argv[1]), sys.argv[2:]))
