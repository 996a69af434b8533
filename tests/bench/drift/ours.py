"""What the operator says of a day, over bins as jobs freeze them; and what a fixed limit on the index would."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from colonnade.signals.evidence import Distribution
from colonnade.signals.moved import moved
from colonnade_api import FeatureDriftSignal
from colonnade_jobs.training.learning.features import Feature
from colonnade_jobs.training.rows import reference_distribution

from . import draws

FIXED = 0.1
MOST_ROWS = 10_000
LAWS = {
    "normal": stats.norm(),
    "lognormal": stats.lognorm(1),
    "exponential": stats.expon(),
    "poisson": stats.poisson(3),
}


class Watch:
    """Bins of one training, and a signal on them."""

    def __init__(self, trained: int = draws.TRAINED, **signal: float) -> None:
        rows = draws.generator(0)
        self.signal = FeatureDriftSignal.model_validate(
            {"name": "drift", "type": "FeatureDrift", "minSamples": 1, **signal}
        )
        self._edges: list[np.ndarray] = []
        self._frozen: list[tuple[int, ...]] = []
        for values in draws.numbers(rows, trained):
            found = reference_distribution.of_feature(values, Feature("x", "number"))
            self._edges.append(np.array(found["edges"], float))
            self._frozen.append(tuple(found["counts"]))  # type: ignore[arg-type]
        for codes in draws.categories(rows, trained):
            self._frozen.append(tuple(np.bincount(codes, minlength=draws.MOST_CATEGORIES).tolist()))

    def day(self, rows: np.random.Generator, count: int, shift: float = 0.0) -> Sequence[Distribution]:
        counted = self._by_row(rows, count, shift) if count <= MOST_ROWS else self._by_law(rows, count, shift)
        return [
            Distribution(str(place), tuple(map(str, range(len(then)))), then, tuple(now.tolist()))
            for place, (then, now) in enumerate(zip(self._frozen, counted, strict=True))
        ]

    def _by_law(self, rows: np.random.Generator, count: int, shift: float) -> list[np.ndarray]:
        """Rows per bin are multinomial: as good as to draw each row, and a thousand times quicker."""
        found = []
        for place, edges in enumerate(self._edges):
            moved_back = edges - shift if place == 0 else edges
            below = LAWS[draws.KINDS[place % len(draws.KINDS)]].cdf(np.nextafter(moved_back, -np.inf))
            found.append(rows.multinomial(count, np.diff([0.0, *below, 1.0])))
        for place in range(draws.CATEGORIES):
            law = draws.shares(place)
            found.append(np.pad(rows.multinomial(count, law), (0, draws.MOST_CATEGORIES - len(law))))
        return found

    def _by_row(self, rows: np.random.Generator, count: int, shift: float) -> list[np.ndarray]:
        counted = [
            np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
            for edges, values in zip(self._edges, draws.numbers(rows, count, shift), strict=True)
        ]
        codes = draws.categories(rows, count)
        return counted + [np.bincount(each, minlength=draws.MOST_CATEGORIES) for each in codes]

    def alarms(self, day: Sequence[Distribution]) -> tuple[bool, bool, bool]:
        """By effect and proof, by proof alone, by a fixed limit on the index alone."""
        moves = moved(self.signal, day)
        proven = any(move.drift.p_value < self.signal.significance for move in moves)
        return any(move.failed for move in moves), proven, any(move.drift.index >= FIXED for move in moves)

    def finds(self, day: Sequence[Distribution]) -> bool:
        """Whether the first feature, the one that is shifted, is named."""
        return any(move.failed and move.of.name == "0" for move in moved(self.signal, day))
