"""How far counts have moved between two tables, and whether chance alone would move them as far."""

import math
from collections.abc import Sequence

HALF_A_ROW = 0.5


def stability_index(expected: Sequence[int], actual: Sequence[int]) -> tuple[float, float]:
    """The population stability index over the bins frozen in expected, and its p-value.

    expected, actual: rows per bin, shape (bins,), in the same order; a bin that is empty in both is left out. Half a
    row is added to each of the others (Haldane 1956): an empty one is finite, and of few rows, too, no more alarms are
    false than p says. Returns the index in nats and the probability of at least as much where nothing moved: index /
    (1/n + 1/m) is about chi-square with bins - 1 degrees of freedom (Yurdakul and Naranjo 2020).
    Raises ValueError when shapes differ or either is empty.
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - most Jobs compare nothing

    if len(expected) != len(actual) or not sum(expected) or not sum(actual):
        raise ValueError(f"{len(expected)} and {len(actual)} bins of {sum(expected)} and {sum(actual)} rows")
    pairs = [(was, now) for was, now in zip(expected, actual, strict=True) if was or now]
    n, m, freedom = sum(expected), sum(actual), len(pairs) - 1
    added = HALF_A_ROW * len(pairs)
    index = 0.0
    for was, now in pairs:
        before, after = (was + HALF_A_ROW) / (n + added), (now + HALF_A_ROW) / (m + added)
        index += (after - before) * math.log(after / before)
    return index, float(chdtrc(freedom, index / (1 / n + 1 / m))) if freedom else 1.0
