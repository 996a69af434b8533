"""Which rows are held out: the same rows for the same split and rows, whatever is trained."""

from typing import Any

import numpy as np
import pandas as pd

from ..documents import Split
from ..refusals import Refusal

Array = np.ndarray[Any, Any]


def held_out(rows: int, split: Split, key: Array | None) -> Array:
    """True where a row is held out, shape (rows,).

    key: the values that the split goes by, shape (rows,): classes to draw from evenly, or times of which the latest are
    held out; None draws at random. Raises Refusal when either side would be empty.
    """
    if split.time_column and key is not None:
        mask = _latest(key, split.test)
    elif split.stratify_by and key is not None:
        mask = _per_stratum(pd.factorize(key, use_na_sentinel=False)[0], split)
    else:
        mask = _per_stratum(np.zeros(rows, dtype=np.int64), split)
    if not mask.any() or mask.all():
        raise Refusal("TooFewRows", f"{rows:,} rows are too few to hold out {100 * split.test:g} % of them")
    return mask


def _latest(times: Array, share: float) -> Array:
    order = np.argsort(times, kind="stable")  # a row without a time sorts last: it is as new as can be
    mask = np.zeros(len(times), dtype=bool)
    mask[order[len(times) - round(share * len(times)) :]] = True
    return mask


def _per_stratum(strata: Array, split: Split) -> Array:
    draw = np.random.default_rng(split.seed).random(len(strata))
    order = np.lexsort((draw, strata))
    sizes = np.bincount(strata, minlength=1)
    rank = np.empty(len(strata), dtype=np.int64)
    rank[order] = np.arange(len(strata)) - np.searchsorted(strata[order], strata[order])
    return np.asarray(rank < np.round(split.test * sizes)[strata])
