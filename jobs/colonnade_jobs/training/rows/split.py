"""Which rows are held out: the same rows for the same split and rows, whatever is trained."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from colonnade_api.datasets.split import Split

from ...errors import PermanentError
from ...formatting import percent
from . import groupdraw

Array = np.ndarray[Any, Any]
FEWEST_GROUPS = 2


def of_task(recorded: Split, task: str, target: str) -> Split:
    """A dataset's split as a training takes it: classes are spread evenly where it says nothing else."""
    if recorded.time_column or recorded.stratify_by or task == "Regression":
        return recorded
    return recorded.model_copy(update={"stratify_by": target})


def columns(split: Split) -> list[str]:
    """Those that a split goes by; none draws at random."""
    return [name for name in (split.time_column, split.stratify_by, split.group_column) if name]


def held_out(rows: int, split: Split, values: Mapping[str, Array]) -> Array:
    """True where a row is held out, shape (rows,).

    values: by the columns that the split goes by, shape (rows,): classes to draw from evenly, times of which the latest
    are held out, groups that stay together. Raises PermanentError when either side would be empty.
    """
    if split.time_column:
        times = values[split.time_column]
        if not _has_time(times).any():
            raise PermanentError(
                "TooFewRows", f"spec.split.timeColumn: no row has a {split.time_column}; split otherwise"
            )
        mask = _latest(times, split.test)
    else:
        strata = np.zeros(rows, dtype=np.int64)
        if split.stratify_by:
            strata = pd.factorize(values[split.stratify_by], use_na_sentinel=False)[0]
        mask = _drawn(strata, groups_of(split, values), split)
    if not mask.any() or mask.all():
        raise PermanentError("TooFewRows", f"{rows:,} rows are too few to hold out {percent(split.test)} of them")
    return mask


def groups_of(split: Split, values: Mapping[str, Array]) -> Array | None:
    """The index of each row's group, shape (rows,), whatever the order of the rows; None where rows stand alone."""
    if split.group_column is None:
        return None
    return np.asarray(pd.factorize(values[split.group_column], sort=True, use_na_sentinel=False)[0])


def _drawn(strata: Array, groups: Array | None, split: Split) -> Array:
    if groups is None:
        return _per_stratum(strata, split)
    if len(np.unique(groups)) < FEWEST_GROUPS:
        raise PermanentError(
            "TooFewRows",
            f"spec.split.groupColumn: all rows have the same {split.group_column}, so that none can be held out; name "
            "another column",
        )
    return groupdraw.held_out(groups, strata, split.test, split.seed)


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
