"""How much a client may ask for that gets nothing done (CVE-2023-44487, CVE-2025-8671, CVE-2019-9512 and their kin)."""

from collections.abc import Callable
from typing import Final

from ...clock import clock as now
from .frames import ConnectionFault, ErrorCode

BURST: Final = 8192.0
"""Frames at once."""
PER_SECOND: Final = 2000.0
EARNED: Final = 4.0
"""Frames an answer, so that a client may cancel four of five requests for ever, at any rate."""
LIGHT: Final = 0.1
"""A frame that is only looked at: grpcio gives back two windows an answer, and two for what it cancelled."""


class Budget:
    """A connection's. It pays for the frames that bring no request nearer to its answer; time and answers renew it.

    A flood of them costs its sender little and the server much. Those who mean well send them too: hedging clients
    cancel, keepalive pings, windows are given back.
    """

    __slots__ = ("_clock", "_left", "_renewed")

    def __init__(self, clock: Callable[[], float] = now) -> None:
        """clock: seconds."""
        self._clock = clock
        self._left = BURST
        self._renewed = clock()

    def spend(self, what: str, frames: float = 1.0) -> None:
        """Pays. Raises ConnectionFault when nothing is left; what: of which there were too many."""
        self._left -= frames
        if self._left < 0:
            self._renew()
            if self._left < 0:
                raise ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, f"too_many_{what}")

    def owe(self) -> None:
        """Pays for a frame where nobody could be told that nothing is left; the next frame hears it."""
        self._left -= 1

    def earn(self) -> None:
        """Something was done."""
        if self._left < BURST:
            self._left += EARNED

    def _renew(self) -> None:
        """Only when nothing is left, since it asks for the time."""
        at = self._clock()
        self._left = min(BURST, self._left + (at - self._renewed) * PER_SECOND)
        self._renewed = at
