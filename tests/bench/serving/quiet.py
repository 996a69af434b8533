"""Whether a core is ours alone.

A virtual machine's core is often half of a real one. While a neighbour works on the other half, what can be done at
once takes up to 1.7 times as long, though each step by itself takes no longer, and no kernel counts it as stolen. So a
loop is timed: what it takes now over the least that it ever took is the pressure.
"""

import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ADDITIONS = 20_000
LOOPS = 15
"""A third of a millisecond to two each; their median counts, so that one interruption doesn't."""
CALIBRATIONS = 10
PAUSE_SECONDS = 0.3
TRACKED = Path("/proc/sys/net/netfilter/nf_conntrack_count")


class Core:
    """One core. Ask while the server rests: its own work would be no neighbour's, but it empties the caches."""

    def __init__(self, core: str, loops: Callable[[], float] | None = None) -> None:
        """Looks for the least: what it finds later still counts. loops: what is timed, in seconds."""
        self._loops = loops or _loops
        self._pinned = ThreadPoolExecutor(1, initializer=os.sched_setaffinity, initargs=(0, {int(core)}))
        self._least = self._seconds()
        for _ in range(CALIBRATIONS):
            time.sleep(PAUSE_SECONDS)
            self.pressure()

    def pressure(self) -> float:
        """1 for a core of our own; 1.5 where everything takes half as long again."""
        seconds = self._seconds()
        self._least = min(self._least, seconds)
        return seconds / self._least

    def wait(self, limit: float, max_wait: float) -> float:
        """Returns when the pressure is below a limit, or max_wait, in seconds, is over; and what it then is."""
        end = time.monotonic() + max_wait
        while (found := self.pressure()) > limit and time.monotonic() < end:
            time.sleep(PAUSE_SECONDS)
        return found

    def _seconds(self) -> float:
        return self._pinned.submit(self._loops).result()


def tracked(count: Path = TRACKED) -> bool:
    """Whether the kernel follows each connection and so each packet, as it does for kube-proxy's rules: a twentieth of
    a quick server's request."""
    return count.exists() and int(count.read_text()) > 0


def _loops() -> float:
    return statistics.median(_loop() for _ in range(LOOPS))


def _loop() -> float:
    """Seconds of this thread's own: what runs between is not counted."""
    began = time.thread_time()
    x = y = z = 0
    for number in range(ADDITIONS):
        x += number
        y ^= number
        z |= number
    return time.thread_time() - began
