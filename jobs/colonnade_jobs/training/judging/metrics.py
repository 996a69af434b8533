"""Metrics on held-out rows, each as a function of row weights, so that one pass over the rows serves every resample."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from colonnade_api.models.metrics import names

from ..rows.sample import Sample
from . import counts
from .counts import Confusion
from .intervals import Metric, Statistic, bootstrap, ends, resamples
from .ranking import auc_interval

Array = np.ndarray[Any, Any]
LabelStatistics = Callable[[Array, Array, int], dict[str, Statistic]]
SMALLEST_PROBABILITY = 1e-15


def classification(
    labels: Array, predicted: Array, probabilities: Array, classes: Array, sample: Sample
) -> dict[str, Metric]:
    """roc_auc, accuracy, f1, precision, recall, log_loss, with intervals.

    labels, predicted: the true and the answered ones, shape (rows,); probabilities: shape (rows, K) in the order of
    classes, of which the answered label need not have the largest (SVC). Of two classes the second is the
    positive one; of more, precision, recall, f1 and roc_auc (one against the rest) are means over the classes.
    """
    truth, answered = np.searchsorted(classes, labels), np.searchsorted(classes, predicted)
    scores = score_statistics(truth, probabilities.astype(float))
    found = bootstrap(scores, sample, width=len(classes))
    if "roc_auc" in found:
        counted = np.bincount(truth, minlength=len(classes)) / design_effect(scores["roc_auc"], sample)
        found["roc_auc"] = _widened(found["roc_auc"], counted)
    found |= label_metrics(truth, answered, len(classes), sample)
    return {name: found[name] for name in names("Classification") if name in found}


def design_effect(statistic: Statistic, sample: Sample) -> float:
    """How many rows count as one, since rows of a group are alike, and some weigh more: the variance beside that of
    rows drawn one by one (Kish 1965); where neither varies, as though those of a group were all the same.
    """
    if sample.is_plain:
        return 1.0
    most = sample.rows / sample.effective
    kinds = (sample, Sample.alike(sample.rows, sample.seed))
    drawn, alone = (bootstrap({"": statistic}, each)[""] for each in kinds)
    apart = alone.high - alone.low
    return min(max(1.0, ((drawn.high - drawn.low) / apart) ** 2), most) if apart else most


def _widened(auc: Metric, rows: Array) -> Metric:
    """With the interval that is due of ranks alone: where no row is out of order, no resample has one either.

    rows: of each class, as so many as they count.
    """
    rarest = float(rows[rows > 0].min())
    low, high = auc_interval(auc.value, rarest, float(rows.sum()) - rarest)
    return replace(auc, low=min(auc.low, low), high=max(auc.high, high))


def label_metrics(truth: Array, answered: Array, classes: int, sample: Sample) -> dict[str, Metric]:
    """accuracy, f1, precision, recall, with intervals. truth, answered: the classes' index, shape (rows,)."""
    if not sample.is_plain:
        return padded_bootstrap(label_statistics, truth, answered, classes, sample)
    found = counts.confusion(truth, answered, classes)
    values, drawn = (_label_scores(found, weights) for weights in (found.rows, counts.draws(found, sample.seed)))
    return {name: Metric(float(value), *ends(drawn[name], float(value)), len(truth)) for name, value in values.items()}


def _label_scores(found: Confusion, weights: Array) -> dict[str, Array]:
    """Metrics of labels by how often each pair of classes was counted, shape (..., cells)."""
    of, right = np.eye(found.classes + 1), found.truth == found.answered
    truths, guesses = weights @ of[found.truth], weights @ of[found.answered]
    precision, recall, f1 = _scores(weights @ (of[found.truth] * right[:, None]), truths, guesses, found.classes)
    return {
        "accuracy": weights @ right / weights.sum(axis=-1),
        "f1": f1,
        "precision": precision,
        "recall": recall,
    }


def padded_bootstrap(
    of: LabelStatistics, truth: Array, answered: Array, classes: int, sample: Sample
) -> dict[str, Metric]:
    """Statistics of labels with intervals by resamples of rows that weigh or were drawn in groups: of the units and two
    more, one right and one wrong, for the reason that `counts` gives.
    """
    right = np.arange(classes)
    pseudo = 2 * classes
    padded = of(np.r_[truth, right, right], np.r_[answered, right, (right + 1) % classes], classes)
    whole = np.r_[sample.weights, np.zeros(pseudo)]
    values = {name: value for name, statistic in padded.items() if np.isfinite(value := statistic(whole))}
    random = sample.random()
    draws: dict[str, list[float]] = {name: [] for name in values}
    for _ in range(resamples(sample.rows, classes)):
        weights = sample.drawn_beside(pseudo, random)
        for name in values:
            draws[name].append(padded[name](weights))
    return {name: Metric(value, *ends(draws[name], value), sample.rows) for name, value in values.items()}


def regression(target: Array, predictions: Array, sample: Sample) -> dict[str, Metric]:
    """rmse and mae in the target's unit, and r2, with intervals. Both arrays have shape (rows,)."""
    statistics = regression_statistics(target.astype(float), predictions.astype(float))
    return bootstrap(statistics, sample)


def classification_statistics(truth: Array, predicted: Array, probabilities: Array) -> dict[str, Statistic]:
    """The metrics of `classification` as functions of weights. truth, predicted: the classes' index, shape (rows,)."""
    scores = score_statistics(truth, probabilities)
    return {
        "roc_auc": scores["roc_auc"],
        **label_statistics(truth, predicted, probabilities.shape[1]),
        "log_loss": scores["log_loss"],
    }


def label_statistics(truth: Array, predicted: Array, classes: int) -> dict[str, Statistic]:
    """Those that are taken of labels alone. predicted: as in truth, or `classes` where it is none of them."""
    side = classes + 1
    cells = truth * side + predicted

    def scores(weights: Array) -> tuple[float, float, float]:
        table = np.bincount(cells, weights, side * side).reshape(side, side)
        found = _scores(np.diag(table), table.sum(axis=1), table.sum(axis=0), classes)
        return float(found[0]), float(found[1]), float(found[2])

    return {
        "accuracy": lambda w: float(w @ (truth == predicted) / w.sum()),
        "f1": lambda w: scores(w)[2],
        "precision": lambda w: scores(w)[0],
        "recall": lambda w: scores(w)[1],
    }


def score_statistics(truth: Array, probabilities: Array) -> dict[str, Statistic]:
    """Those that are taken of probabilities, shape (rows, classes)."""
    rows, count = probabilities.shape
    losses = -np.log(np.clip(probabilities[np.arange(rows), truth], SMALLEST_PROBABILITY, 1))
    ranked = [_Ranked(probabilities[:, k], truth == k) for k in ([1] if count == 2 else range(count))]
    return {
        "roc_auc": lambda w: _mean([one.auc(w) for one in ranked]),
        "log_loss": lambda w: float(w @ losses / w.sum()),
    }


def regression_statistics(target: Array, predictions: Array) -> dict[str, Statistic]:
    """The metrics of `regression` as functions of weights."""
    errors = predictions - target

    def explained(weights: Array) -> float:
        around = target - weights @ target / weights.sum()
        spread = float(weights @ around**2)
        return 1 - float(weights @ errors**2) / spread if spread else float("nan")

    return {
        "rmse": lambda w: float(np.sqrt(w @ errors**2 / w.sum())),
        "mae": lambda w: float(w @ np.abs(errors) / w.sum()),
        "r2": explained,
    }


class _Ranked:
    """Rows sorted once by score, equal scores as one group, so that each resample's AUC takes linear time."""

    def __init__(self, scores: Array, positive: Array) -> None:
        self.order = np.argsort(scores, kind="stable")
        self.positive = positive[self.order]
        ordered = scores[self.order]
        self.starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])

    def auc(self, weights: Array) -> float:
        drawn = weights[self.order]
        positives = np.add.reduceat(drawn * self.positive, self.starts)
        negatives = np.add.reduceat(drawn * ~self.positive, self.starts)
        pairs = positives.sum() * negatives.sum()
        below = np.cumsum(negatives) - negatives
        return float(positives @ (below + negatives / 2) / pairs) if pairs else float("nan")


def _scores(hits: Array, truths: Array, guesses: Array, classes: int) -> tuple[Array, Array, Array]:
    """Precision, recall and F1: of the positive class of two, else the mean over classes; 0 where undefined.

    hits, truths, guesses: rows by class, and by none of them, shape (..., classes + 1).
    """
    both = truths + guesses
    precision, recall, f1 = _share(hits, guesses), _share(hits, truths), _share(2 * hits, both)
    if classes == 2:
        return precision[..., 1], recall[..., 1], f1[..., 1]
    shown = both > 0
    return tuple((each * shown).sum(axis=-1) / shown.sum(axis=-1) for each in (precision, recall, f1))


def _share(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


def _mean(values: list[float]) -> float:
    defined = [value for value in values if np.isfinite(value)]
    return float(np.mean(defined)) if defined else float("nan")
