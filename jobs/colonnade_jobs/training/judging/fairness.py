"""Whether a classifier treats the groups of a sensitive column alike, and how far chance leaves that open.

Rates are shares of a group's held-out rows, with Jeffreys' interval (Brown, Cai and DasGupta 2001, Interval estimation
for a binomial proportion). The greatest and the least of many noisy rates lie far apart where the true ones don't, so
groups are compared pair by pair: they are alike enough only if each pair is, and too far apart if one pair is, at a
level that is divided by the number of pairs (Bonferroni).
"""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.stats import beta

from colonnade_api.models.fairness import MOST_GROUPS, Fairness

from ...errors import PermanentError
from ...formatting import did_you_mean
from ..rows.sample import Sample
from .apart import DIFFERENCE, RATIO, Apart
from .intervals import short

Array = np.ndarray[Any, Any]
FEWEST_OF_A_CLASS = 10
"""A rate among a group's positives, or negatives, says nothing of fewer."""
NO_VALUE = ""
UNLIKELY = 0.025
DRAWS_BEYOND = 5
FEWEST_DRAWS, MOST_DRAWS = 2000, 20_000


@dataclass(frozen=True)
class Groups:
    """A sensitive column's group of each row of a dataset. of: the index into names, shape (rows,)."""

    column: str
    names: list[str]
    of: Array


@dataclass(frozen=True)
class Rate:
    """So many of so many rows, or of as many as they count: see `_rate`."""

    part: float
    whole: float

    @property
    def value(self) -> float:
        return self.part / self.whole

    def interval(self) -> tuple[float, float]:
        """Jeffreys' 95 %."""
        low, high = beta.ppf([0.025, 0.975], self.part + 0.5, self.whole - self.part + 0.5)
        return (float(low) if self.part else 0.0), (float(high) if self.part < self.whole else 1.0)

    def drawn(self, random: np.random.Generator, times: int) -> Array:
        """What it might be, shape (times,)."""
        return random.beta(self.part + 0.5, self.whole - self.part + 0.5, times)


@dataclass(frozen=True)
class Counted:
    """A group's name, its held-out rows, those that are positive, and its rates; one of nobody isn't there.

    units: as how many they count, since rows that were drawn together, or weigh little, tell less.
    """

    name: str
    rows: int
    positives: int
    units: float
    rates: dict[str, Rate]


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


def judge(truth: Array, answered: Array, groups: Groups, smallest: int, sample: Sample) -> dict[str, Any]:
    """A sensitive column as the answer of a training Job has it, but for the positive class.

    truth, answered: 1 for the positive class, else 0, shape (rows,); groups: of these rows; smallest: the rows that a
    group needs to decide; sample: how the rows were drawn.
    """
    sides = (truth == 1, answered == 1)
    counted = [_counted(groups.names[k], *sides, np.flatnonzero(groups.of == k), sample) for k in np.unique(groups.of)]
    counted.sort(key=lambda group: -group.rows)
    metrics, small = {}, {}
    for name, (rates, apart) in METRICS.items():
        few = [group for group in counted if _is_small(group, smallest, name)]
        if few:
            small[name] = "; ".join(_size(group, name) for group in few[:5]) + ("; …" if len(few) > 5 else "")
        large = [group for group in counted if group not in few]
        if len(large) > 1:
            metrics[name] = _across(large, rates, apart, sample.seed)
    return {
        "column": groups.column,
        "minGroupSize": smallest,
        "metrics": metrics,
        **({"small": small} if small else {}),
        "groups": [_described(group) for group in counted],
    }


ODDS = ("true_positive_rate", "false_positive_rate")
METRICS = {
    "demographic_parity_difference": (("selection_rate",), DIFFERENCE),
    "demographic_parity_ratio": (("selection_rate",), RATIO),
    "equalized_odds_difference": (ODDS, DIFFERENCE),
    "equalized_odds_ratio": (ODDS, RATIO),
}
"""By which rates groups are compared, and how: the worst pair counts, of two rates the worse one. fairlearn's
definitions, with its `agg="worst_case"`; where nobody is selected in either group their ratio is 1, not undefined."""


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


def _counted(name: str, truth: Array, answered: Array, mine: Array, sample: Sample) -> Counted:
    truth, answered, sample = truth[mine], answered[mine], sample.of(mine)
    taken = {
        "selection_rate": (answered, np.ones_like(truth)),
        "true_positive_rate": (answered, truth),
        "false_positive_rate": (answered, ~truth),
        "accuracy": (answered == truth, np.ones_like(truth)),
    }
    rates = {of: _rate(part, np.flatnonzero(whole), sample) for of, (part, whole) in taken.items()}
    there = {of: rate for of, rate in rates.items() if rate.whole}
    return Counted(name, len(truth), int(truth.sum()), sample.effective if len(truth) else 0.0, there)


def _rate(part: Array, whole: Array, sample: Sample) -> Rate:
    """Of the rows `whole`, by index, the share that is in part, of as many rows as would leave it as open by chance.

    Rao and Scott 1992, A simple method for the analysis of clustered binary data; where none or all are in part, which
    leaves no variance to go by, each unit counts as one row.
    """
    if sample.is_plain or not len(whole):
        return Rate(int(part[whole].sum()), len(whole))
    chosen = sample.of(whole)
    total = chosen.weights.sum()
    if not total:
        return Rate(0, 0)
    share = float(chosen.weights @ part[whole] / total)
    variance = _variance(chosen, part[whole] - share) / total**2
    binomial = share * (1 - share)
    count = min(binomial / variance, chosen.rows) if variance > 0 and binomial else chosen.effective
    return Rate(share * count, count)


def _variance(sample: Sample, apart: Array) -> float:
    """Of the sum of what units lie apart, by their own spread."""
    each = sample.weights * apart
    sums = each if sample.groups is None else np.bincount(sample.groups, each, sample.units)
    return float((sums**2).sum()) * sample.units / max(sample.units - 1, 1)


def _is_small(group: Counted, smallest: int, metric: str) -> bool:
    rarer = min(group.positives, group.rows - group.positives)
    return group.units < smallest or (metric.startswith("equalized_odds") and rarer < FEWEST_OF_A_CLASS)


def _size(group: Counted, metric: str) -> str:
    name, rows = group.name or "no value", f"{group.rows:,} rows"
    if group.units < group.rows:
        rows += f" that count as {group.units:.3g}"
    if metric.startswith("equalized_odds"):
        return f"{name}: {rows}, {group.positives:,} of them positive"
    return f"{name}: {rows}"


def _across(groups: list[Counted], rates: tuple[str, ...], apart: Apart, seed: int) -> dict[str, float | int]:
    pairs = [(rate, one, other) for rate in rates for one, other in combinations(groups, 2)]
    values = [(np.array(one.rates[rate].value), np.array(other.rates[rate].value)) for rate, one, other in pairs]
    value = apart.worst(float(apart.of(*both)) for both in values)
    level = UNLIKELY / len(pairs)
    times = int(min(max(DRAWS_BEYOND / level, FEWEST_DRAWS), MOST_DRAWS))
    random = np.random.default_rng(seed)
    drawn = {(rate, group.name): group.rates[rate].drawn(random, times) for rate in rates for group in groups}
    low, high = apart.interval([(drawn[rate, one.name], drawn[rate, other.name]) for rate, one, other in pairs], level)
    rows = sum(group.rows for group in groups)
    return {"value": short(value), "low": short(min(low, value)), "high": short(max(high, value)), "n": rows}


def _described(group: Counted) -> dict[str, Any]:
    found = {}
    for name, rate in group.rates.items():
        low, high = rate.interval()
        found[name] = {"value": short(rate.value), "low": short(low), "high": short(high)}
    return {"name": group.name, "rows": group.rows, "positives": group.positives, "metrics": found}
