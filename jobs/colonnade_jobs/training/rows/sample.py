"""How held-out rows came to be: what each of them weighs, and which were drawn together."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
PSEUDO_UNITS = 2


@dataclass(frozen=True)
class Sample:
    """Rows as chance drew them: one by one, or in whole groups, which are the units of a resample then.

    weights: what each row counts, shape (rows,); seed: start of the draws; groups: the index of its group, each from 0
    on there, shape (rows,). Of rows in groups the groups are drawn anew: Davison and Hinkley 1997, Bootstrap methods
    and their application, section 3.8.
    """

    weights: Array
    seed: int
    groups: Array | None = None

    @classmethod
    def alike(cls, rows: int, seed: int) -> "Sample":
        """So many rows that count the same and were drawn one by one."""
        return cls(np.ones(rows), seed)

    def of(self, rows: Array) -> "Sample":
        """Some of the rows, by index."""
        groups = None if self.groups is None else np.unique(self.groups[rows], return_inverse=True)[1]
        return Sample(self.weights[rows], self.seed, groups)

    def random(self) -> np.random.Generator:
        """What resamples are drawn by, from its start."""
        return np.random.default_rng(self.seed)

    @property
    def rows(self) -> int:
        return len(self.weights)

    @cached_property
    def units(self) -> int:
        """How many were drawn: rows, or groups."""
        return self.rows if self.groups is None else int(self.groups.max()) + 1

    @cached_property
    def is_plain(self) -> bool:
        """Whether each row counts the same and was drawn alone."""
        return self.groups is None and bool((self.weights == 1).all())

    @cached_property
    def effective(self) -> float:
        """As how many units of equal weight these count. Kish 1965, Survey sampling: (sum w)^2 / sum w^2."""
        of = self.weights if self.groups is None else np.bincount(self.groups, self.weights, self.units)
        return float(of.sum() ** 2 / (of**2).sum()) if of.any() else 0.0

    def drawn(self, random: np.random.Generator) -> Array:
        """What each row counts in a resample, shape (rows,)."""
        return self.weights * self._times(random, self.units)

    def drawn_beside(self, pseudo: int, random: np.random.Generator) -> Array:
        """The same of a resample from these units and two more, which are spread over so many pseudo rows behind the
        others, shape (rows + pseudo,); its sum is no greater for the two.
        """
        units = self.units
        chosen = random.binomial(units + PSEUDO_UNITS, PSEUDO_UNITS / (units + PSEUDO_UNITS))
        real = self.weights * self._times(random, units + PSEUDO_UNITS - chosen)
        beside = np.bincount(random.integers(0, pseudo, chosen), minlength=pseudo) * (self.weights.sum() / units)
        return np.asarray(np.r_[real, beside] * units / (units + PSEUDO_UNITS))

    def _times(self, random: np.random.Generator, draws: int) -> Array:
        times = np.bincount(random.integers(0, self.units, draws), minlength=self.units)
        return np.asarray(times if self.groups is None else times[self.groups])
