"""Whether a model's batches run on the loop's own thread, which meanwhile does nothing else."""

from math import inf
from typing import Final

from .cost import Cost

INLINE_SECONDS: Final = 0.0015
"""A batch that is expected to be shorter runs on the loop's own thread: a hop to another costs 60 us."""


class Inline:
    """A batch runs on the loop while it is known to be short.

    One that was long against all knowledge leaves a doubt, since a process may have been held up. Until the same was
    run again in a thread, whose own CPU time tells, nothing runs on the loop; if it was the model, no batch of as many
    rows ever does again.
    """

    __slots__ = ("_doubt", "_long_from")

    def __init__(self) -> None:
        self._doubt = False
        self._long_from = inf
        """Batches of so many rows were long."""

    def may(self, cost: Cost, rows: int) -> bool:
        """Whether a batch of these rows may run on the loop."""
        return rows < self._long_from and not self._doubt and cost.at_most(rows) < INLINE_SECONDS

    def doubts(self, seconds: float, cost: Cost, rows: int) -> bool:
        """Whether a batch of these rows that took so long, here or in a thread, is to be run again in a thread.

        cost: what was known before. True but once, until `ran_again`.
        """
        if seconds < INLINE_SECONDS or not self.may(cost, rows):
            return False
        self._doubt = True
        return True

    def ran_again(self, cpu_seconds: float, rows: int) -> bool:
        """It was run again, and took so much of its thread's time; returns whether it is the model that is so long."""
        self._doubt = False
        if cpu_seconds < INLINE_SECONDS:
            return False
        self._long_from = min(self._long_from, rows)
        return True
