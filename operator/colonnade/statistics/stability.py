"""How far a distribution has moved, by counts in the same bins, and whether chance may have moved it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt

FEWEST_EXPECTED = 5
"""In a bin with fewer the chi-square approximation doesn't hold."""

HALF = 0.5
"""What an empty bin counts as where the other side's is not: its logarithm would be endless."""

Counts = Sequence[int]


@dataclass(frozen=True)
class Drift:
    """index: in nats, 0 where nothing moved. p_value: of an index so large, were both drawn from one distribution."""

    index: float
    p_value: float


UNMOVED = Drift(0.0, 1.0)


def stability_index(expected: Counts, actual: Counts) -> Drift:
    """The population stability index, and its p-value.

    expected, actual: rows per bin, shape (bins,), in the same order. Bins in which the smaller side would have fewer
    than 5 rows, were both alike, are first merged to one. Neither the order of the bins nor that of the sides matters.
    The index over (1/n + 1/m), n and m being the rows of each side, is about chi-square with bins - 1 degrees of
    freedom, and so is Pearson's statistic, to which it tends. The index is too large by chance where bins hold some ten
    rows, Pearson's where one holds almost none: the smaller of the two is believed.
    Raises ValueError when shapes differ, a count is negative, or a side is empty.
    Yurdakul and Naranjo 2020, Statistical properties of the population stability index.
    """
    n, m = sum(expected), sum(actual)
    if len(expected) != len(actual) or min((*expected, *actual), default=0) < 0 or not n or not m:
        raise ValueError(f"{list(expected)} and {list(actual)} are no counts in the same bins")
    bins = merged(expected, actual)
    if len(bins) < 2:
        return UNMOVED
    index = sum(_log_moved(max(then, HALF) / n, max(now, HALF) / m) for then, now in bins)
    pearson = sum((now / m - then / n) ** 2 * (n + m) / (then + now) for then, now in bins)
    return Drift(index, chi_square_above(min(index, pearson) / (1 / n + 1 / m), len(bins) - 1))


def merged(expected: Counts, actual: Counts) -> list[tuple[int, int]]:
    """Pairs of counts, those of bins that hold too few as one at the end; bins that both sides leave empty are none."""
    n, m = sum(expected), sum(actual)
    share = min(n, m) / (n + m)
    pairs = list(zip(expected, actual, strict=True))
    kept = [pair for pair in pairs if sum(pair) * share >= FEWEST_EXPECTED]
    few = [pair for pair in pairs if sum(pair) * share < FEWEST_EXPECTED]
    rest = (sum(then for then, _ in few), sum(now for _, now in few))
    return [*kept, rest] if any(rest) else kept


def chi_square_above(value: float, degrees: int) -> float:
    """The probability that a chi-square variable lies above the value.

    value: at least 0. degrees: of freedom, at least 1.
    Abramowitz and Stegun 1964, 26.4.4 and 26.4.5.
    """
    half = value / 2
    if half <= 0:
        return 1.0
    tail = erfc(sqrt(half)) if degrees % 2 else exp(-half)
    powers = [step + HALF for step in range(degrees // 2)] if degrees % 2 else range(1, degrees // 2)
    return min(1.0, tail + sum(exp(power * log(half) - half - lgamma(power + 1)) for power in powers))


def holm(p_values: Sequence[float]) -> list[float]:
    """Each p-value as if it had been the only one: below a level, no true hypothesis is rejected at that level.

    p_values: shape (tests,), returned in the same order and shape.
    Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    adjusted, largest = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def _log_moved(then: float, now: float) -> float:
    return (now - then) * log(now / then)
