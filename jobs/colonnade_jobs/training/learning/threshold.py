"""The probability from which on the positive class is answered, chosen on rows that their fold didn't learn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from colonnade_api.models.ownmetrics import OwnMetric
from colonnade_api.models.threshold import ChosenThreshold, DecisionThreshold

from ...errors import PermanentError
from ..judging import own
from ..judging.intervals import Statistic, short
from ..judging.metrics import label_statistics

Array = np.ndarray[Any, Any]
FIELD = "spec.training.decisionThreshold"
MOST_CUTS = 1000
HALF = 0.5
# The four pairs of a true and an answered class, which all that is taken of two labels is a function of.
TRUTH, ANSWERED = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])


@dataclass(frozen=True)
class Scored:
    """Rows of known class. truth: 1 for the positive class, else 0; scores: its probability; weights: what each counts.
    All of shape (rows,)."""

    truth: Array
    scores: Array
    weights: Array

    @classmethod
    def together(cls, parts: Sequence["Scored"]) -> "Scored":
        return cls(*(np.concatenate([getattr(one, of) for one in parts]) for of in ("truth", "scores", "weights")))


def check(wanted: DecisionThreshold, metrics: Sequence[OwnMetric], classes: int) -> None:
    """Raises PermanentError where there is no threshold to choose."""
    if classes != 2:
        raise PermanentError(
            "UnsuitableThreshold",
            f"{FIELD}: the target has {classes} classes, and a threshold tells two apart; leave it out: the likeliest "
            "class is answered",
        )
    mine = next((metric for metric in metrics if metric.name == wanted.objective), None)
    if mine is not None and not own.of_labels(mine):
        raise PermanentError(
            "UnsuitableThreshold",
            f"{FIELD}: {mine.name} goes by score, which no threshold changes; name a metric of tp, fp, tn, fn, y and "
            "prediction",
        )


def choose(wanted: DecisionThreshold, metrics: Sequence[OwnMetric], rows: Scored) -> ChosenThreshold:
    """The given one, or the best of at most 1,000 that lie between two scores; of equals the one nearest to a half.

    Raises PermanentError where the metric is defined at none.
    """
    if wanted.value is not None:
        return ChosenThreshold(value=wanted.value)
    if not len(rows.truth):
        raise PermanentError("UnsuitableThreshold", f"{FIELD}: no fold has rows of both classes; set value")
    name, sign = str(wanted.objective), -1 if wanted.minimize else 1
    statistic = _statistic(name, metrics)
    cuts = _cuts(rows.scores)
    values = np.array([statistic(cells) for cells in _cells(rows, cuts)])
    if not np.isfinite(values).any():
        raise PermanentError("UnsuitableThreshold", f"{FIELD}: {name} is defined at no threshold; name another metric")
    worth = np.where(np.isfinite(values), sign * values, -np.inf)
    best = np.flatnonzero(worth == worth.max())
    chosen = best[np.abs(cuts[best] - HALF).argmin()]
    return ChosenThreshold(value=float(cuts[chosen]), metric=name, on_folds=short(float(values[chosen])))


def answered(scores: Array, threshold: float) -> Array:
    """1 where a row's label is the positive class, as the served graph has it, else 0. scores: shape (rows,)."""
    return np.asarray(scores.astype(np.float32) >= np.float32(threshold)).astype(np.int64)


def _statistic(name: str, metrics: Sequence[OwnMetric]) -> Statistic:
    built_in = label_statistics(TRUTH, ANSWERED, 2)
    mine = own.statistics(metrics, own.Rows(TRUTH.astype(float), ANSWERED.astype(float), None, counts=True))
    return (built_in | {metric.name: mine[metric.name] for metric in metrics if own.of_labels(metric)})[name]


def _cuts(scores: Array) -> Array:
    """Six digits of the middles between scores that differ, and one below and one above all."""
    known = np.unique(scores.astype(np.float32)).astype(float)
    middles = (known[1:] + known[:-1]) / 2
    if len(middles) > MOST_CUTS:
        middles = np.quantile(middles, np.linspace(0, 1, MOST_CUTS), method="nearest")
    ends = [known[0] / 2, (known[-1] + 1) / 2]
    return np.unique([short(cut) for cut in (ends[0], *middles, ends[1]) if 0 < cut < 1])


def _cells(rows: Scored, cuts: Array) -> Array:
    """What the rows of each pair of a true and an answered class count, shape (cuts, 4)."""
    order = np.argsort(rows.scores.astype(np.float32), kind="stable")
    below = np.searchsorted(rows.scores.astype(np.float32)[order], cuts.astype(np.float32))
    sums = []
    for kind in (0, 1):
        weights = np.where(rows.truth == kind, rows.weights, 0.0)[order]
        under = np.r_[0.0, np.cumsum(weights)][below]
        sums += [under, weights.sum() - under]
    return np.column_stack(sums)
