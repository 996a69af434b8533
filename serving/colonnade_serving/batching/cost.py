"""What a batch costs: seconds = fixed + per_row * rows, fitted to what ran, recent runs counting more."""

from math import inf, isfinite
from typing import Final

KEEP: Final = 0.99
"""The weight that a run has after one more: the fit looks back about a hundred runs."""
PRIOR: Final = 20.0
"""How many runs a calibration counts for."""
SLACK: Final = 0.05
"""Rows are worth adding until the fixed cost's share in a row is this part of the row's own."""
SHORT_SECONDS: Final = 0.0005
"""A batch of this length delays nobody."""
OUTLIER: Final = 4.0
"""A run over this many times its prediction teaches no more than that, the first time: a preempted process is no slow
model. What happens again within some seventy runs is the model's, and counts whole."""
AGAIN: Final = 1.5
"""Such runs, each counting less the longer it is ago, from which on they count whole."""


class Cost:
    """A running least-squares fit with exponential forgetting."""

    __slots__ = ("_most", "_n", "_nn", "_nt", "_outliers", "_t", "_w", "fixed", "per_row", "predictable")

    def __init__(self, fixed: float = inf, per_row: float = 0.0, rows: int = 64, predictable: bool = True) -> None:
        """fixed, per_row: seconds, as calibrated up to `rows`; without them nothing is known before the first run.

        predictable: whether rows alone say what a run takes; where they don't, the fit is of means.
        """
        self.predictable = predictable
        self.fixed = fixed
        self.per_row = per_row
        self._w = self._n = self._t = self._nn = self._nt = self._outliers = 0.0
        self._most = 0
        """The rows of the largest batch that was seen."""
        if isfinite(fixed):
            self._most = rows
            for at in (1, rows):
                self._add(at, fixed + per_row * at, PRIOR / 2)

    @property
    def known(self) -> bool:
        """Whether there was a calibration or a run."""
        return self.fixed != inf

    def seconds(self, rows: int) -> float:
        """What a batch of these rows is expected to take; 0 while nothing is known."""
        return self.fixed + self.per_row * rows if self.fixed != inf else 0.0

    def at_most(self, rows: int) -> float:
        """As seconds, with rows beyond all that were seen each costing what a row of the largest batch did on average.

        inf while nothing is known, and where a run may take any time.
        """
        if not self.predictable:
            return inf
        if rows <= self._most or self.fixed == inf:
            return self.fixed + self.per_row * rows
        return self.fixed * rows / self._most + self.per_row * rows

    def learn(self, rows: int, seconds: float) -> None:
        """A batch of `rows`, at least 1, took `seconds`."""
        if self.fixed != inf:
            self._outliers *= KEEP
            usual = OUTLIER * (self.fixed + self.per_row * rows)
            if seconds > usual:
                self._outliers += 1.0
                seconds = seconds if self._outliers > AGAIN else usual
        self._most = max(self._most, rows)
        self._add(rows, seconds, 1.0)
        mean_n, mean_t = self._n / self._w, self._t / self._w
        spread = self._nn / self._w - mean_n * mean_n
        if spread > 0.01 * mean_n * mean_n:
            slope = (self._nt / self._w - mean_n * mean_t) / spread
            self.per_row = min(max(slope, 0.0), mean_t / mean_n)
        else:
            self.per_row = min(self.per_row, mean_t / mean_n)
        self.fixed = max(mean_t - self.per_row * mean_n, 0.0)

    def rows_worth(self) -> float:
        """Above so many rows a larger batch wins next to nothing and takes long; inf when rows seem to cost nothing."""
        if self.per_row <= 0.0 or self.fixed == inf:
            return inf
        return max(self.fixed / SLACK, SHORT_SECONDS - self.fixed) / self.per_row

    def waiting_pays(self, tasks: int, gap: float) -> bool:
        """Whether letting `tasks` wait `gap` seconds for one more lowers the sum of all latencies.

        Apart: tasks * c(tasks) for those here, c(tasks) - gap + c(1) for the one to come; together: (tasks + 1) *
        c(tasks + 1) and tasks * gap. With c(n) = fixed + per_row * n, together is less when
        gap * (tasks + 1) + per_row * tasks < fixed.
        """
        return self.fixed != inf and gap * (tasks + 1) + self.per_row * tasks < self.fixed

    def _add(self, rows: int, seconds: float, weight: float) -> None:
        self._w = self._w * KEEP + weight
        self._n = self._n * KEEP + weight * rows
        self._t = self._t * KEEP + weight * seconds
        self._nn = self._nn * KEEP + weight * rows * rows
        self._nt = self._nt * KEEP + weight * rows * seconds
