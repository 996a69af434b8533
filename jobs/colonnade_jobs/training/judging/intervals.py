"""95 % confidence intervals by the bootstrap: seeded, and bounded in time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..rows.sample import Sample

Array = np.ndarray[Any, Any]
Statistic = Callable[[Array], float]
RESAMPLES = 300
FEWEST_RESAMPLES = 50
MOST_WORK = 200_000_000  # rows times classes times resamples


@dataclass(frozen=True)
class Metric:
    """A metric on n held-out rows and the ends of its 95 % interval."""

    value: float
    low: float
    high: float
    n: int

    def rounded(self) -> dict[str, float | int]:
        """As documents carry it: six significant digits."""
        return {"value": short(self.value), "low": short(self.low), "high": short(self.high), "n": self.n}


def bootstrap(statistics: dict[str, Statistic], sample: Sample, width: int = 1) -> dict[str, Metric]:
    """Each statistic with its interval. A statistic takes weights, shape (rows,): what each row counts.

    width: classes, which a statistic's cost grows with. A statistic that isn't defined on the rows (NaN) is left out.
    Efron 1979, Bootstrap methods: another look at the jackknife; the percentile interval.
    """
    rows = sample.rows
    values = {name: value for name, of in statistics.items() if np.isfinite(value := of(sample.weights))}
    random = sample.random()
    draws: dict[str, list[float]] = {name: [] for name in values}
    for _ in range(resamples(rows, width)):
        weights = sample.drawn(random)
        for name in values:
            draws[name].append(statistics[name](weights))
    return {name: Metric(value, *ends(draws[name], value), rows) for name, value in values.items()}


def resamples(rows: int, width: int) -> int:
    """How often to draw so many rows. width: what a statistic's cost grows with beside them."""
    return max(FEWEST_RESAMPLES, min(RESAMPLES, MOST_WORK // (rows * width)))


def ends(draws: list[float] | Array, value: float) -> tuple[float, float]:
    """The 95 % percentile interval of what resamples gave, with the value in it; where none is defined, the value."""
    defined = np.asarray(draws)[np.isfinite(draws)]
    if not len(defined):
        return value, value
    low, high = np.percentile(defined, [2.5, 97.5])
    return min(float(low), value), max(float(high), value)


def short(value: float) -> float:
    """Six significant digits."""
    return float(f"{value:.6g}")
