"""Whole groups drawn to be held out, such that size and strata come out as near as whole groups can."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
DRAWS = 100
MOST_WORK = 100_000_000  # groups times strata times draws
MOST_STRATA = 20


def held_out(groups: Array, strata: Array, share: float, seed: int) -> Array:
    """True where a row's group is held out, shape (rows,).

    groups, strata: the index of each row's own, shape (rows,). Of a hundred orders of the groups, each cut where it is
    nearest, the one counts whose rows by stratum lie nearest to the share, by chi-square; each side has a group.
    """
    counts = _counts(groups, _frequent(strata))
    wanted = share * counts.sum(axis=0)
    random = np.random.default_rng(seed)
    nearest, chosen = np.inf, np.empty(0, dtype=np.int64)
    for _ in range(max(1, min(DRAWS, MOST_WORK // counts.size))):
        order = random.permutation(len(counts))
        apart = ((np.cumsum(counts[order], axis=0)[:-1] - wanted) ** 2 / wanted).sum(axis=1)
        cut = int(apart.argmin())
        if apart[cut] < nearest:
            nearest, chosen = apart[cut], order[: cut + 1]
    return np.isin(groups, chosen)


def _counts(groups: Array, strata: Array) -> Array:
    """Rows by group and stratum."""
    width = int(strata.max()) + 1
    cells = np.bincount(groups * width + strata, minlength=(int(groups.max()) + 1) * width)
    return cells.reshape(-1, width).astype(float)


def _frequent(strata: Array) -> Array:
    """The most frequent strata by index from 0, and all others as one more."""
    counts = np.bincount(strata)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(rank, MOST_STRATA)[strata]
