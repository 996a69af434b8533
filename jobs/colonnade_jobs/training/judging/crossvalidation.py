"""A second opinion: the training rows, held out fold by fold."""

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from colonnade_api.models.training import CrossValidation

from ... import progress
from ...errors import PermanentError
from ..rows.frames import Frame
from .metrics import classification_statistics, regression_statistics

Array = np.ndarray[Any, Any]


def evaluate(
    pipeline: Pipeline, frame: Frame, training: Array, wanted: CrossValidation, seed: int
) -> dict[str, dict[str, float | int]]:
    """Each metric's mean and standard deviation over the folds.

    training: indices of rows, in time's order for TimeSeries. Raises PermanentError when a class is too rare for the
    folds.
    """
    strategy = wanted.strategy or ("Stratified" if hasattr(pipeline, "predict_proba") else "KFold")
    target = frame.target[training]
    if strategy == "Stratified" and np.unique(target, return_counts=True)[1].min() < wanted.folds:
        raise PermanentError(
            "TooFewRows",
            f"spec.training.crossValidation.folds: the rarest class has fewer than {wanted.folds} rows; "
            "use strategy: KFold",
        )
    scores: dict[str, list[float]] = {}
    for number, (fit, judge) in enumerate(_folds(strategy, wanted.folds, seed).split(training, target)):
        progress.report(15 + 25 * number // wanted.folds, f"cross-validation, fold {number + 1} of {wanted.folds}")
        fold = clone(pipeline).fit(frame.table(training[fit]), target[fit])
        for name, value in _judge(fold, frame, training[judge]).items():
            scores.setdefault(name, []).append(value)
    return {
        name: {"mean": float(f"{np.mean(found):.6g}"), "std": float(f"{np.std(found):.6g}"), "folds": len(found)}
        for name, found in scores.items()
    }


def _folds(strategy: str, folds: int, seed: int) -> Any:
    if strategy == "TimeSeries":
        return TimeSeriesSplit(folds)
    kind = StratifiedKFold if strategy == "Stratified" else KFold
    return kind(folds, shuffle=True, random_state=seed)


def _judge(fold: Pipeline, frame: Frame, rows: Array) -> dict[str, float]:
    if hasattr(fold, "predict_proba"):
        known = np.isin(frame.target[rows], fold.classes_)  # a fold in time may lack a class that comes later
        rows = rows[known]
        table = frame.table(rows)
        truth, predicted = (np.searchsorted(fold.classes_, of) for of in (frame.target[rows], fold.predict(table)))
        statistics = classification_statistics(truth, predicted, fold.predict_proba(table))
    else:
        statistics = regression_statistics(frame.target[rows].astype(float), fold.predict(frame.table(rows)).ravel())
    values = {name: statistic(np.ones(len(rows))) for name, statistic in statistics.items()}
    return {name: value for name, value in values.items() if np.isfinite(value)}
