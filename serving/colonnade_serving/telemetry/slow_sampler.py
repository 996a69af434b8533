"""Which answers are looked at one by one: the slowest, so that slow buckets have exemplars."""

import numpy as np

ONE_IN = 100
ENOUGH = 32
"""Answers from which what is usual can be told."""
NONE = np.empty(0)


class SlowSampler:
    """Learns from how many seconds on an answer is one in a hundred, from all answers, whether looked at or not.

    seconds: those that took longer are to be looked at; -1: all are.
    """

    def __init__(self) -> None:
        self.seconds = -1.0
        self._passed = self._looked = 0
        self._fast = self._slow = NONE

    def passed(self, took: np.ndarray) -> None:
        """These took no longer; seconds, shape (n,)."""
        self._passed += len(took)
        self._fast = took

    def looked_at(self, took: np.ndarray) -> None:
        """These were looked at; seconds, shape (n,)."""
        self._looked += len(took)
        self._slow = max(took, self._slow, key=len)

    def settle(self) -> None:
        """Takes over what was learnt since the last time, if it was enough.

        All that passed took less than what was looked at, so that the place of the hundredth among all is one among
        those, or among these.
        """
        total = self._passed + self._looked
        if total < ENOUGH:
            return
        wanted = total / ONE_IN
        if self._looked > wanted:
            self.seconds = _at(self._slow, 1 - wanted / self._looked)
        else:
            self.seconds = _at(self._fast, (total - wanted) / self._passed)
        self._passed = self._looked = 0
        self._fast = self._slow = NONE


def _at(took: np.ndarray, share: float) -> float:
    """What this share took less than; np.quantile, which finds what lies between two, costs ten times it."""
    place = min(int(share * len(took)), len(took) - 1)
    return float(np.partition(took, place)[place])
