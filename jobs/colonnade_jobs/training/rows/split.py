"""Which rows are held out: the same rows for the same split and rows, whatever is trained."""

from typing import Any

import numpy as np
import pandas as pd

from colonnade_api.datasets.dataset import Split

from ...errors import PermanentError
from ...formatting import percent

Array = np.ndarray[Any, Any]


def of_task(recorded: Split, task: str, target: str) -> Split:
    """A dataset's split as a training takes it: classes are spread evenly where it says nothing else."""
    if recorded.time_column or recorded.stratify_by or task == "Regression":
        return recorded
    return recorded.model_copy(update={"stratify_by": target})


def key(split: Split) -> str | None:
    """The column that a split goes by; None draws at random."""
    return split.time_column or split.stratify_by


def held_out(rows: int, split: Split, key: Array | None) -> Array:
    """True where a row is held out, shape (rows,).

    key: the values that the split goes by, shape (rows,): classes to draw from evenly, or times of which the latest are
    held out; None draws at random. Raises PermanentError when either side would be empty.
    """
    if split.time_column and key is not None:
        if not _has_time(key).any():
            raise PermanentError(
                "TooFewRows", f"spec.split.timeColumn: no row has a {split.time_column}; split otherwise"
            )
        mask = _latest(key, split.test)
    elif split.stratify_by and key is not None:
        mask = _per_stratum(pd.factorize(key, use_na_sentinel=False)[0], split)
    else:
        mask = _per_stratum(np.zeros(rows, dtype=np.int64), split)
    if not mask.any() or mask.all():
        raise PermanentError("TooFewRows", f"{rows:,} rows are too few to hold out {percent(split.test)} of them")
    return mask


def _latest(times: Array, share: float) -> Array:
    order = by_time(times)
    mask = np.zeros(len(times), dtype=bool)
    mask[order[len(times) - round(share * _has_time(times).sum()) :]] = True
    return mask


def by_time(times: Array) -> Array:
    """The order of rows by time; those without one come first: nobody knows them to be new."""
    return np.lexsort((times, _has_time(times)))


def without_time(times: Array) -> int:
    """How many rows have no time."""
    return int(len(times) - _has_time(times).sum())


def _has_time(times: Array) -> Array:
    return ~np.isnan(times)


def _per_stratum(strata: Array, split: Split) -> Array:
    draw = np.random.default_rng(split.seed).random(len(strata))
    order = np.lexsort((draw, strata))
    sizes = np.bincount(strata, minlength=1)
    rank = np.empty(len(strata), dtype=np.int64)
    rank[order] = np.arange(len(strata)) - np.searchsorted(strata[order], strata[order])
    return np.asarray(rank < np.round(split.test * sizes)[strata])
