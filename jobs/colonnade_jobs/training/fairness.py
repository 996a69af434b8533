"""Whether a classifier treats the groups of a sensitive column alike, and how far chance leaves that open.

Rates are of confusion counts, and so are their intervals: a group's counts are drawn anew by the multinomial, with two
rows more as in `counts`, in a thousandth of the time that resampling rows takes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from colonnade_api.fairness import MOST_GROUPS, Fairness

from ..errors import PermanentError
from ..formatting import did_you_mean
from . import counts
from .counts import Confusion
from .intervals import ends, short

Array = np.ndarray[Any, Any]
Rates = dict[str, Array]
FEWEST_OF_A_CLASS = 10
"""A rate among a group's positives, or negatives, says nothing of fewer."""
NO_VALUE = ""


@dataclass(frozen=True)
class Groups:
    """A sensitive column's group of each row of a dataset. of: the index into names, shape (rows,)."""

    column: str
    names: list[str]
    of: Array


@dataclass(frozen=True)
class Counted:
    """A group's name, the confusion counts of its held-out rows, and its rates: measured, and drawn, shape (draws,)."""

    name: str
    confusion: Confusion
    rates: Rates
    drawn: Rates

    @property
    def rows(self) -> int:
        return int(self.confusion.rows.sum())

    @property
    def positives(self) -> int:
        return int(self.confusion.rows[self.confusion.truth == 1].sum())


def read(path: Path, wanted: Fairness | None, schema: dict[str, Any]) -> list[Groups]:
    """The groups of each row of a dataset version. Raises PermanentError when a column can't be taken."""
    names = [column["name"] for column in schema["columns"]]
    return [_groups(path, column, names) for column in (wanted.sensitive if wanted else ())]


def positive(wanted: Fairness, classes: list[Any]) -> int:
    """The index of the class that rates are of. Raises PermanentError where it isn't told."""
    said = [str(each) for each in classes]
    if wanted.positive_class is None:
        if len(classes) == 2:
            return 1
        raise PermanentError(
            "UnsuitableSensitive",
            f"spec.training.fairness.positiveClass: the target has {len(classes)} classes; name the one to judge by",
        )
    if wanted.positive_class not in said:
        raise PermanentError(
            "UnsuitableSensitive",
            f"spec.training.fairness.positiveClass: {wanted.positive_class} is none of the target's classes "
            f"({', '.join(said[:5])}{', …' if len(said) > 5 else ''})",
        )
    return said.index(wanted.positive_class)


def judge(truth: Array, answered: Array, groups: Groups, smallest: int, seed: int) -> dict[str, Any]:
    """A sensitive column as the answer of a training Job has it, but for the positive class.

    truth, answered: 1 for the positive class, else 0, shape (rows,); groups: of these rows; smallest: the rows that a
    group needs to decide.
    """
    counted = [_counted(groups, k, truth, answered, seed) for k in np.unique(groups.of)]
    counted.sort(key=lambda group: -group.rows)
    metrics, small = {}, {}
    for name, (rates, worst) in METRICS.items():
        few = [group for group in counted if _is_small(group, smallest, name)]
        if few:
            small[name] = "; ".join(_size(group, name) for group in few[:5]) + ("; …" if len(few) > 5 else "")
        large = [group for group in counted if group not in few]
        if len(large) > 1:
            metrics[name] = _across(large, rates, worst)
    return {
        "column": groups.column,
        "minGroupSize": smallest,
        "metrics": metrics,
        **({"small": small} if small else {}),
        "groups": [_described(group) for group in counted],
    }


def difference(rates: Array) -> Array:
    """The greatest less the least, over groups. rates: shape (groups, ...)."""
    return np.asarray(rates.max(axis=0) - rates.min(axis=0))


def ratio(rates: Array) -> Array:
    """The least by the greatest, over groups; 1 where all are 0, which fairlearn calls undefined."""
    most = rates.max(axis=0)
    return np.asarray(np.divide(rates.min(axis=0), most, out=np.ones(most.shape), where=most > 0))


ODDS = ("true_positive_rate", "false_positive_rate")
METRICS = {
    "demographic_parity_difference": (("selection_rate",), difference),
    "demographic_parity_ratio": (("selection_rate",), ratio),
    "equalized_odds_difference": (ODDS, difference),
    "equalized_odds_ratio": (ODDS, ratio),
}
"""By which rates groups are compared, and how: of two rates the worse one counts. fairlearn's definitions, with its
`agg="worst_case"`."""


def _groups(path: Path, column: str, names: list[str]) -> Groups:
    if column not in names:
        raise PermanentError(
            "UnsuitableSensitive",
            f"spec.training.fairness.sensitive: the dataset has no column {column}{did_you_mean(column, names)}",
        )
    values = pq.read_table(path, columns=[column])[column].combine_chunks()
    told = pc.fill_null(values.cast(pa.string()), NO_VALUE).dictionary_encode()
    if len(told.dictionary) > MOST_GROUPS:
        raise PermanentError(
            "UnsuitableSensitive",
            f"spec.training.fairness.sensitive: {column} has {len(told.dictionary):,} values (limit {MOST_GROUPS}); "
            "name a column of fewer groups, such as bins that the Dataset's query makes",
        )
    return Groups(column, told.dictionary.to_pylist(), np.asarray(told.indices))


def _counted(groups: Groups, k: int, truth: Array, answered: Array, seed: int) -> Counted:
    mine = groups.of == k
    found = counts.confusion(truth[mine], answered[mine], 2)
    return Counted(groups.names[k], found, _rates(found, found.rows), _rates(found, counts.draws(found, seed + int(k))))


def _rates(found: Confusion, weights: Array) -> Rates:
    """Of how often each pair was counted, shape (..., cells); nan where a group has nobody to take a rate of."""
    truth, answered = found.truth == 1, found.answered == 1

    def share(part: Array, whole: Array) -> Array:
        of = weights @ whole
        return np.asarray(np.divide(weights @ (part & whole), of, out=np.full(np.shape(of), np.nan), where=of > 0))

    return {
        "selection_rate": share(answered, np.ones_like(truth)),
        "true_positive_rate": share(answered, truth),
        "false_positive_rate": share(answered, ~truth),
        "accuracy": share(answered == truth, np.ones_like(truth)),
    }


def _is_small(group: Counted, smallest: int, metric: str) -> bool:
    rarer = min(group.positives, group.rows - group.positives)
    return group.rows < smallest or (metric.startswith("equalized_odds") and rarer < FEWEST_OF_A_CLASS)


def _size(group: Counted, metric: str) -> str:
    name = group.name or "no value"
    if metric.startswith("equalized_odds"):
        return f"{name}: {group.rows:,} rows, {group.positives:,} of them positive"
    return f"{name}: {group.rows:,} rows"


def _across(groups: list[Counted], rates: tuple[str, ...], over: Any) -> dict[str, float | int]:
    """Greatest and least of what was measured lie farther apart than those of what is true, and those of draws farther
    still: the interval is the wider of the percentile and the basic one, which moves the other way."""
    worse = np.max if over is difference else np.min
    value = float(worse([over(np.array([group.rates[rate] for group in groups])) for rate in rates]))
    drawn = np.asarray(worse([over(np.array([group.drawn[rate] for group in groups])) for rate in rates], axis=0))
    low, high = ends(drawn, value)
    low, high = max(0.0, min(low, 2 * value - high)), min(1.0, max(high, 2 * value - low))
    return {"value": short(value), "low": short(low), "high": short(high), "n": sum(group.rows for group in groups)}


def _described(group: Counted) -> dict[str, Any]:
    found = {}
    for name, rate in group.rates.items():
        if np.isfinite(rate):
            low, high = ends(group.drawn[name], float(rate))
            found[name] = {"value": short(float(rate)), "low": short(low), "high": short(high)}
    return {"name": group.name, "rows": group.rows, "positives": group.positives, "metrics": found}
