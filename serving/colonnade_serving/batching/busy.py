"""Looking out for the next request instead of sleeping, while requests follow each other closely.

A process that sleeps wakes up on another footing: its caches are cold, its core slept too, and on a virtual machine
the hypervisor has to be asked. A request that meets it there takes three times as much CPU time as one that follows.
Linux does the same for sockets (net.core.busy_poll) and KVM for its guests (halt_poll_ns, from which the rule is).
"""

import asyncio
from collections.abc import Callable


class BusyPoll:
    """Keeps the loop turning for `seconds` after an answer, if the last request came that soon after its answer."""

    __slots__ = ("_clock", "_idle_since", "_loop", "_pays", "_seconds", "_turning")

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """seconds: 0 for never. clock: seconds."""
        self._seconds = seconds
        self._clock = clock
        self._idle_since = 0.0
        self._pays = self._turning = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def asked(self, now: float) -> None:
        """A request came, the first one since the last answer. now: the clock's."""
        self._pays = now - self._idle_since < self._seconds

    def answered(self, now: float) -> None:
        """Nothing waits any more."""
        self._idle_since = now
        if self._pays and not self._turning:
            self._loop = self._loop or asyncio.get_running_loop()
            self._turning = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._turning = self._clock() - self._idle_since < self._seconds
        if self._turning:
            assert self._loop is not None
            self._loop.call_soon(self._turn)
