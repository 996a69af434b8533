"""A second opinion: the training rows, held out fold by fold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from colonnade_api.models.ownmetrics import OwnMetric
from colonnade_api.models.training import CrossValidation

from ... import progress
from ...errors import PermanentError
from ..rows.frames import Frame
from . import own
from .metrics import classification_statistics, regression_statistics

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Plan:
    """How it is done. share: of each fold's rows that are learnt from; the rows that are judged stay the same. own:
    people's own metrics."""

    wanted: CrossValidation
    seed: int
    share: float = 1.0
    own: Sequence[OwnMetric] = ()


def evaluate(pipeline: Pipeline, frame: Frame, training: Array, plan: Plan) -> dict[str, dict[str, float | int]]:
    """Each metric's mean and standard deviation over the folds.

    training: indices of rows, in time's order for TimeSeries. Raises PermanentError when a class is too rare for the
    folds.
    """
    wanted, classes = plan.wanted, hasattr(pipeline, "predict_proba")
    strategy = wanted.strategy or ("Stratified" if classes else "KFold")
    target = frame.target[training]
    if strategy == "Stratified" and np.unique(target, return_counts=True)[1].min() < wanted.folds:
        raise PermanentError(
            "TooFewRows",
            f"spec.training.crossValidation.folds: the rarest class has fewer than {wanted.folds} rows; "
            "use strategy: KFold",
        )
    scores: dict[str, list[float]] = {}
    for number, (fit, judge) in enumerate(_folds(strategy, wanted.folds, plan.seed).split(training, target)):
        progress.report(15 + 25 * number // wanted.folds, f"cross-validation, fold {number + 1} of {wanted.folds}")
        learnt = thinned(fit, target[fit] if classes else None, plan.share, plan.seed)
        fold = clone(pipeline).fit(frame.table(training[learnt]), target[learnt])
        for name, value in _judge(fold, frame, training[judge], plan.own).items():
            scores.setdefault(name, []).append(value)
    return {
        name: {"mean": float(f"{np.mean(found):.6g}"), "std": float(f"{np.std(found):.6g}"), "folds": len(found)}
        for name, found in scores.items()
    }


def thinned(rows: Array, classes: Array | None, share: float, seed: int) -> Array:
    """A share of the rows, in their order: of each class alike, and at least one row of each. classes: those of the
    rows, or None."""
    if share >= 1:
        return rows
    random, keep = np.random.default_rng(seed), np.zeros(len(rows), bool)
    for each in [None] if classes is None else np.unique(classes):
        mine = np.arange(len(rows)) if classes is None else np.flatnonzero(classes == each)
        keep[random.permutation(mine)[: math.ceil(len(mine) * share)]] = True
    return rows[keep]


def _folds(strategy: str, folds: int, seed: int) -> Any:
    if strategy == "TimeSeries":
        return TimeSeriesSplit(folds)
    kind = StratifiedKFold if strategy == "Stratified" else KFold
    return kind(folds, shuffle=True, random_state=seed)


def _judge(fold: Pipeline, frame: Frame, rows: Array, mine: Sequence[OwnMetric]) -> dict[str, float]:
    if hasattr(fold, "predict_proba"):
        known = np.isin(frame.target[rows], fold.classes_)  # a fold in time may lack a class that comes later
        rows = rows[known]
        table = frame.table(rows)
        truth, predicted = (np.searchsorted(fold.classes_, of) for of in (frame.target[rows], fold.predict(table)))
        scores = fold.predict_proba(table)
        own.check(mine, len(fold.classes_))
        answers = own.Labelled(truth, predicted, fold.classes_.tolist(), scores)
        statistics = classification_statistics(truth, predicted, scores)
        statistics |= own.statistics(mine, own.of_classes(answers, scores))
    else:
        target, predicted = frame.target[rows].astype(float), fold.predict(frame.table(rows)).ravel()
        own.check(mine, None)
        statistics = regression_statistics(target, predicted) | own.statistics(mine, own.Rows(target, predicted))
    values = {name: statistic(np.ones(len(rows))) for name, statistic in statistics.items()}
    return {name: value for name, value in values.items() if np.isfinite(value)}
