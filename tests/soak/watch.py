"""What a server holds on to: memory and file descriptors of the process and of all that it started."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PAGE_BYTES = 4096
SETTLED = 0.3  # of the time; before that caches fill
STRETCHES = 7  # of the rest, each of which must be like the first


@dataclass(frozen=True)
class Look:
    seconds: float  # since the first one
    resident_bytes: int
    descriptors: int


class Watch:
    def __init__(self, pid: int) -> None:
        self.looks: list[Look] = []
        self._pid, self._began = pid, time.monotonic()

    def look(self) -> Look:
        pids = family(self._pid)
        look = Look(time.monotonic() - self._began, sum(map(_resident, pids)), sum(map(_descriptors, pids)))
        self.looks.append(look)
        return look


def growth(looks: Sequence[Look]) -> float:
    """How far memory grew once it had settled: the highest stretch's median over the first one's, less 1."""
    settled = looks[int(len(looks) * SETTLED) :]
    size = max(1, len(settled) // STRETCHES)
    medians = [
        median(look.resident_bytes for look in settled[start : start + size])
        for start in range(0, size * STRETCHES, size)
        if settled[start : start + size]
    ]
    return max(value / medians[0] - 1 for value in medians)


def family(pid: int) -> list[int]:
    """The process, its children and theirs."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            children.setdefault(int(stat.read_text().rsplit(")", 1)[1].split()[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _resident(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    return 0


def _descriptors(pid: int) -> int:
    with suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return 0
