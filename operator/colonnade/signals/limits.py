"""What Quality, EstimatedQuality and Fairness share: an estimate held against limits, which only proof breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from colonnade.formatting import number
from colonnade.statistics.intervals import UNLIKELY, Estimate, quantile

Result = Literal["Pass", "Fail", "InsufficientSamples"]
WORST_FIRST = ("Fail", "InsufficientSamples", "Pass")


@dataclass(frozen=True)
class Limit:
    """An estimate that is to be no greater than a limit; of what is to be no less, both are below 0.

    shown: the limit as people know it. words: what it is, such as `limit 0.8`.
    """

    estimate: Estimate
    limit: float
    shown: float
    words: str

    def result(self, enough: bool, claims: int = 1) -> Result:
        """Fail where the estimate is proven to lie beyond, at any number of samples; Pass where it lies within, and
        the samples are enough. claims: how many are judged together."""
        if self.estimate.interval(quantile(UNLIKELY, claims))[0] > self.limit:
            return "Fail"
        return "Pass" if enough and self.estimate.value <= self.limit else "InsufficientSamples"

    @property
    def excess(self) -> float:
        return self.estimate.value - self.limit


def at_least(estimate: Estimate, limit: float) -> Limit:
    return Limit(negative(estimate), -limit, limit, f"limit {number(limit)}")


def at_most(estimate: Estimate, limit: float) -> Limit:
    return Limit(estimate, limit, limit, f"limit {number(limit)}")


def negative(estimate: Estimate) -> Estimate:
    def interval(z: float) -> tuple[float, float]:
        low, high = estimate.interval(z)
        return -high, -low

    return Estimate(-estimate.value, interval)


def worst(limits: Sequence[Limit], enough: bool) -> tuple[Limit, Result]:
    """The one that decides. limits: at least one."""
    found = [(limit, limit.result(enough, len(limits))) for limit in limits]
    return min(found, key=lambda pair: (WORST_FIRST.index(pair[1]), -pair[0].excess))


def between(estimate: Estimate) -> str:
    """A value with its 95 % interval, as people read it."""
    low, high = estimate.shown
    return f"{number(estimate.value)} (95 %: {number(low)} to {number(high)})"
