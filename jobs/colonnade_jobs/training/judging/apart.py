"""How far the rates of two groups lie apart, as a difference or a ratio, and over all pairs of groups."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Pairs = Sequence[tuple[Array, Array]]
SURE = (0.025, 0.975)


@dataclass(frozen=True)
class Apart:
    """of: what two rates make. worst: of what pairs make, the farthest apart.

    interval: of the worst pair, from draws of both rates of each pair. Its end on the side of alike is that of the pair
    that is surely apart, at the level that is given (2.5 % by the number of pairs); its other end that of the pair that
    may be farthest apart.
    """

    of: Callable[[Array, Array], Array]
    worst: Callable[[Iterable[float]], float]
    interval: Callable[[Pairs, float], tuple[float, float]]


def _difference(one: Array, other: Array) -> Array:
    return np.asarray(np.abs(one - other))


def _ratio(one: Array, other: Array) -> Array:
    most = np.maximum(one, other)
    return np.asarray(np.divide(np.minimum(one, other), most, out=np.ones(most.shape), where=most > 0))


def _of_differences(pairs: Pairs, level: float) -> tuple[float, float]:
    low = high = 0.0
    for one, other in pairs:
        apart = one - other
        least, greatest = np.quantile(apart, (level, 1 - level))
        low = max(low, least, -greatest)
        high = max(high, *np.abs(np.quantile(apart, SURE)))
    return float(low), float(high)


def _of_ratios(pairs: Pairs, level: float) -> tuple[float, float]:
    low = high = 1.0
    for one, other in pairs:
        apart = one / other
        least, greatest = np.quantile(apart, (level, 1 - level))
        high = min(high, greatest, 1 / least)
        first, last = np.quantile(apart, SURE)
        low = min(low, first, 1 / last)
    return float(low), float(high)


DIFFERENCE = Apart(_difference, max, _of_differences)
RATIO = Apart(_ratio, min, _of_ratios)
