"""How far counts have moved between two tables, and whether chance alone would move them as far."""

import math
from collections.abc import Sequence

HALF_A_ROW = 0.5
"""What an empty bin counts as where the other side's is not: its logarithm would be endless."""


def stability_index(expected: Sequence[int], actual: Sequence[int]) -> tuple[float, float]:
    """The population stability index over the bins frozen in expected, and its p-value.

    expected, actual: rows per bin, shape (bins,), in the same order; a bin that is empty in both is left out. Returns
    the index in nats and the probability of at least as much where nothing moved: the index over (1/n + 1/m) is about
    chi-square with bins - 1 degrees of freedom, and so is Pearson's statistic, to which it tends; of few rows the index
    is too large by chance, so the smaller of the two is believed. The operator's signals have the same two numbers, of
    bins that they merge first.
    Raises ValueError when shapes differ or either is empty.
    Yurdakul and Naranjo 2020, Statistical properties of the population stability index.
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - most Jobs compare nothing

    n, m = sum(expected), sum(actual)
    if len(expected) != len(actual) or not n or not m:
        raise ValueError(f"{len(expected)} and {len(actual)} bins of {n} and {m} rows")
    pairs = [(was, now) for was, now in zip(expected, actual, strict=True) if was or now]
    if len(pairs) < 2:
        return 0.0, 1.0
    shares = [(max(was, HALF_A_ROW) / n, max(now, HALF_A_ROW) / m) for was, now in pairs]
    index = sum((after - before) * math.log(after / before) for before, after in shares)
    pearson = sum((now / m - was / n) ** 2 * (n + m) / (was + now) for was, now in pairs)
    return index, float(chdtrc(len(pairs) - 1, min(index, pearson) / (1 / n + 1 / m)))
