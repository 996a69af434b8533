"""Intervals of what was counted: shares, means, and how far two of them lie apart."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from statistics import NormalDist

SHOWN = 1.959964
"""Standard normal quantile of the 95 % interval that people are told."""
UNLIKELY = 0.001
"""The probability at which chance may prove a breach in one look, as in `sequential`."""
HALF = 0.5
MOST_RELATIVE = 1 - 1e-6
"""Half of an interval, of the mean: so few rows tell nothing of how large it may be."""
Interval = tuple[float, float]


@dataclass(frozen=True)
class Estimate:
    """A value, and its interval by the standard normal quantile of either end."""

    value: float
    interval: Callable[[float], Interval]

    @property
    def shown(self) -> Interval:
        """95 %."""
        return self.interval(SHOWN)


def quantile(level: float, claims: int = 1) -> float:
    """The standard normal quantile that chance is above with the probability `level`, divided by the claims that are
    made together (Bonferroni)."""
    return NormalDist().inv_cdf(1 - level / claims)


def wilson(share: float, rows: float, z: float) -> Interval:
    """A share's interval. share: 0 to 1. rows: that it is of, above 0; fewer where rows count for less than one.

    Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    shrunk = 1 + z * z / rows
    middle = (share + z * z / (2 * rows)) / shrunk
    half = z / shrunk * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return max(0.0, middle - half), min(1.0, middle + half)


def of_share(share: float, rows: float) -> Estimate:
    return Estimate(share, lambda z: wilson(share, rows, z))


def of_mean(mean: float, variance: float, rows: int) -> Estimate:
    """A mean of numbers that are never below 0 and have a long tail, such as squares: where few of the large ones came,
    mean and variance are both too small, so the interval is symmetric in 1 / mean, and by Student's t.

    variance: of one number. rows: at least 1. Its degrees of freedom are those of the variance of a gamma distribution
    with this mean and variance (its excess kurtosis is 6 * variance / mean^2); t is by its expansion in the normal
    quantile: Abramowitz and Stegun 1964, 26.7.5.
    """
    if mean <= 0:
        return Estimate(mean, lambda _: (mean, mean))
    relative, freedom = sqrt(variance / rows) / mean, rows / (3 * variance / mean**2 + 1)

    def interval(z: float) -> Interval:
        half = (z + (z**3 + z) / (4 * freedom)) * relative
        return mean / (1 + half), mean / (1 - min(half, MOST_RELATIVE))

    return Estimate(mean, interval)


def of_known(value: float, low: float, high: float) -> Estimate:
    """What comes with its 95 % interval, as of held-out rows."""
    return Estimate(value, lambda z: (value - (value - low) * z / SHOWN, value + (high - value) * z / SHOWN))


def difference(one: Estimate, other: Estimate) -> Estimate:
    """one - other, of independent rows.

    Zou and Donner 2008, Construction of confidence limits about effect measures: a general approach; of shares it is
    Newcombe's 1998.
    """
    apart = one.value - other.value

    def interval(z: float) -> Interval:
        (low, high), (other_low, other_high) = one.interval(z), other.interval(z)
        return (
            apart - sqrt((one.value - low) ** 2 + (other_high - other.value) ** 2),
            apart + sqrt((high - one.value) ** 2 + (other.value - other_low) ** 2),
        )

    return Estimate(apart, interval)


def ratio(part: int, whole: int, other_part: int, other_whole: int) -> Estimate:
    """Of two shares, part / whole over the other's; 1 where both are 0.

    Walter 1975, The distribution of Levin's measure of attributable risk: the logarithm, with a half added to each.
    """
    value = 1.0 if part == other_part == 0 else inf
    if other_part:
        value = part / whole / (other_part / other_whole)
    one, other = (part + HALF, whole + HALF), (other_part + HALF, other_whole + HALF)
    middle = log(one[0] / one[1] / (other[0] / other[1]))
    spread = sqrt(max(0.0, 1 / one[0] - 1 / one[1] + 1 / other[0] - 1 / other[1]))
    return Estimate(value, lambda z: (exp(middle - z * spread), exp(middle + z * spread)))
