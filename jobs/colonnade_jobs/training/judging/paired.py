"""The metrics of two models on the same rows, and how far chance leaves their difference open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np

from ..rows.sample import Sample
from .intervals import Statistic, ends, resamples, short
from .metrics import design_effect, label_statistics, regression_statistics, score_statistics
from .own import Labelled, OwnMetrics, Rows, of_classes, of_labels, statistics
from .ranking import auc_interval

Array = np.ndarray[Any, Any]
Pair = tuple[Statistic, Statistic]


@dataclass(frozen=True)
class Difference:
    """A metric of two models on the same rows, and the ends of the 95 % interval of ours less theirs. together: how the
    two go together over resamples, -1 to 1."""

    ours: float
    theirs: float
    low: float
    high: float
    together: float = 0.0

    def rounded(self) -> dict[str, float]:
        """As documents carry it: six significant digits."""
        found = {"value": self.ours, "serving": self.theirs, "difference": self.ours - self.theirs}
        return {name: short(value) for name, value in (found | {"low": self.low, "high": self.high}).items()}


@dataclass(frozen=True)
class Answers:
    """What a model answered, by row. labels: the classes' index, or the number of classes for another class, shape
    (rows,); scores: probabilities, shape (rows, classes), or predictions, shape (rows,), where labels is None."""

    labels: Array | None
    scores: Array

    def of(self, rows: Array) -> "Answers":
        """Of some rows, by index."""
        return Answers(None if self.labels is None else self.labels[rows], self.scores[rows])


def compare(
    truth: Array, ours: Answers, theirs: Answers, sample: Sample, own: OwnMetrics | None = None
) -> dict[str, Difference]:
    """Every metric, and people's own, of both models with the interval of its difference, by the paired bootstrap: each
    resample draws rows, and with a row both models' answers to it.

    truth: the classes' index or the target, shape (rows,). A metric that isn't defined on the rows is left out.
    Efron and Tibshirani 1993, An introduction to the bootstrap, chapter 13: the percentile interval. Of labels, two
    models may answer each drawn row alike, and all resamples agree that they don't differ. So metrics of labels are
    resampled from the rows and two more, one in favour of each model: for accuracy, that is the Laplace-adjusted
    interval of Bonett and Price 2012, Adjusted Wald confidence interval for a difference of binomial proportions based
    on paired data.
    """
    if ours.labels is None or theirs.labels is None:
        pairs = _pairs(*(_of_numbers(truth, of.scores, own) for of in (ours, theirs)))
        return _bootstrap(pairs, {}, sample, 0)
    classes = ours.scores.shape[1]
    scores = _pairs(*(_of_scores(truth, of, own) for of in (ours, theirs)))
    padded = _padded(truth, ours.labels, theirs.labels, classes)
    labels = _pairs(*(_of_labels(padded[0], of, classes, own) for of in padded[1:]))
    found = _bootstrap(scores, labels, sample, classes)
    if "roc_auc" in found and found["roc_auc"].low == found["roc_auc"].high:
        design = max(design_effect(of, sample) for of in scores["roc_auc"])
        found["roc_auc"] = _of_ranks(found["roc_auc"], np.bincount(truth, minlength=classes) / design)
    return found


def _of_ranks(auc: Difference, rows: Array) -> Difference:
    """With the interval that is due of ranks alone, where no resample tells two models apart, as both rank all right.

    rows: of each class, as so many as they count. The two models' own intervals are put together by the method of
    variance estimates recovery: Zou and Donner 2008, Construction of confidence limits about effect measures; Newcombe
    1998, Improved confidence intervals for the difference between binomial proportions based on paired data.
    """
    rarest = float(rows[rows > 0].min())
    (low, high), (least, most) = (auc_interval(of, rarest, float(rows.sum()) - rarest) for of in (auc.ours, auc.theirs))
    down = _recovered(auc.ours - low, most - auc.theirs, auc.together)
    up = _recovered(high - auc.ours, auc.theirs - least, auc.together)
    apart = auc.ours - auc.theirs
    return replace(auc, low=min(auc.low, apart - down), high=max(auc.high, apart + up))


def _recovered(one: float, other: float, together: float) -> float:
    return sqrt(max(one**2 + other**2 - 2 * together * one * other, 0.0))


def _of_numbers(truth: Array, predictions: Array, own: OwnMetrics | None) -> dict[str, Statistic]:
    mine = statistics(own.metrics, Rows(truth, predictions)) if own else {}
    return regression_statistics(truth, predictions) | mine


def _of_scores(truth: Array, of: Answers, own: OwnMetrics | None) -> dict[str, Statistic]:
    found = score_statistics(truth, of.scores)
    if own is None or of.labels is None:
        return found
    mine = statistics(own.metrics, of_classes(Labelled(truth, of.labels, own.classes, of.scores), of.scores))
    return found | {metric.name: mine[metric.name] for metric in own.metrics if not of_labels(metric)}


def _of_labels(truth: Array, answered: Array, classes: int, own: OwnMetrics | None) -> dict[str, Statistic]:
    found = label_statistics(truth, answered, classes)
    if own is None:
        return found
    mine = statistics(own.metrics, of_classes(Labelled(truth, answered, own.classes, np.empty(0)), None))
    return found | {metric.name: mine[metric.name] for metric in own.metrics if of_labels(metric)}


def _pairs(ours: Mapping[str, Statistic], theirs: Mapping[str, Statistic]) -> dict[str, Pair]:
    return {name: (ours[name], theirs[name]) for name in ours}


def _padded(truth: Array, ours: Array, theirs: Array, classes: int) -> tuple[Array, Array, Array]:
    """The rows, and behind them for each class one that ours alone gets right and one that theirs alone does."""
    right = np.arange(classes)
    wrong = (right + 1) % classes
    return np.r_[truth, right, right], np.r_[ours, right, wrong], np.r_[theirs, wrong, right]


def _bootstrap(
    scores: Mapping[str, Pair], labels: Mapping[str, Pair], sample: Sample, classes: int
) -> dict[str, Difference]:
    whole = sample.weights
    values = {name: tuple(of(whole) for of in pair) for name, pair in scores.items()}
    values |= {name: tuple(of(np.r_[whole, np.zeros(2 * classes)]) for of in pair) for name, pair in labels.items()}
    defined = {name: (ours, theirs) for name, (ours, theirs) in values.items() if np.isfinite([ours, theirs]).all()}
    random = sample.random()
    draws: dict[str, list[tuple[float, float]]] = {name: [] for name in defined}
    for _ in range(resamples(sample.rows, 2 * max(classes, 1))):
        drawn = sample.drawn(random)
        padded = sample.drawn_beside(2 * classes, random) if labels else drawn
        for name in defined:
            pair, weights = (labels[name], padded) if name in labels else (scores[name], drawn)
            draws[name].append((pair[0](weights), pair[1](weights)))
    drawn_of = {name: np.array(found) for name, found in draws.items()}
    return {
        name: Difference(
            *defined[name], *ends(both[:, 0] - both[:, 1], defined[name][0] - defined[name][1]), _together(both)
        )
        for name, both in drawn_of.items()
        if np.isfinite(both[:, 0] - both[:, 1]).any()
    }


def _together(drawn: Array) -> float:
    """The correlation of two models' draws, shape (draws, 2); 0 where one never varies, of which nothing is known."""
    known = drawn[np.isfinite(drawn).all(axis=1)]
    return float(np.corrcoef(known.T)[0, 1]) if len(known) > 1 and known.std(axis=0).all() else 0.0
