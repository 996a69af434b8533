"""A second opinion: the training rows, held out fold by fold, once or over and over."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from colonnade_api.models.crossvalidation import CrossValidation, Strategy
from colonnade_api.models.ownmetrics import OwnMetric

from ... import progress
from ...errors import PermanentError
from ..learning.prepared import Prepared
from . import own
from .intervals import short
from .metrics import classification_statistics, regression_statistics

Array = np.ndarray[Any, Any]
FIELD = "spec.training.crossValidation"
SEEDS = 2**32
IN_GROUPS = {"Stratified": "StratifiedGroup", "KFold": "Group"}
KINDS = {"KFold": KFold, "Stratified": StratifiedKFold, "Group": GroupKFold, "StratifiedGroup": StratifiedGroupKFold}


@dataclass(frozen=True)
class Plan:
    """How it is done. share: of each fold's rows that are learnt from; the rows that are judged stay the same. own:
    people's own metrics."""

    wanted: CrossValidation
    seed: int
    share: float = 1.0
    own: Sequence[OwnMetric] = ()


@dataclass(frozen=True)
class Fold:
    """Indices of the frame's rows to fit and to judge on; repeat: which drawing of the folds, from 0."""

    fit: Array
    judge: Array
    repeat: int


@dataclass(frozen=True)
class Answers:
    """What a fold's pipeline says of rows that it didn't learn from, by index of the frame's, and of which classes;
    scores: probabilities, shape (rows, classes); labels: its own, or predictions, shape (rows,)."""

    repeat: int
    rows: Array
    labels: Array
    scores: Array | None = None
    classes: Array | None = None


def answers(prepared: Prepared, plan: Plan) -> list[Answers]:
    """Of each fold. Raises PermanentError when the rows don't do for the folds."""
    wanted, found = plan.wanted, list[Answers]()
    whole = (wanted.repeats or 1) * wanted.folds
    for done, fold in enumerate(folds(prepared, wanted, plan.seed)):
        progress.report(15 + 25 * done // whole, f"cross-validation, fold {done + 1} of {whole}")
        found.append(_answers(prepared.fitted(_thinned(prepared, fold.fit, plan)), prepared, fold))
    return found


def measured(prepared: Prepared, told: Sequence[Answers], mine: Sequence[OwnMetric]) -> dict[str, dict[str, Any]]:
    """Each metric's mean and standard deviation over the folds; of repeats also the deviation of their means.

    mine: people's own metrics.
    """
    repeats = max(each.repeat for each in told) + 1
    scores: dict[str, list[list[float]]] = {}
    for each in told:
        for name, value in _metrics(prepared, each, mine).items():
            scores.setdefault(name, [[] for _ in range(repeats)])[each.repeat].append(value)
    return {name: _summary(found) for name, found in scores.items()}


def folds(prepared: Prepared, wanted: CrossValidation, seed: int) -> Iterator[Fold]:
    """The training rows' folds, one repeat after the other. Raises PermanentError when the rows don't do for them."""
    strategy = _strategy(prepared, wanted)
    _check(prepared, wanted, strategy)
    rows, target = prepared.training, prepared.frame.target[prepared.training]
    groups = None if prepared.groups is None else prepared.groups[rows]
    for repeat in range(wanted.repeats or 1):
        draw = _drawn(strategy, wanted.folds, (seed + repeat) % SEEDS)
        for fit, judge in draw.split(rows, target, groups):
            yield Fold(rows[fit], rows[judge], repeat)


def _summary(scores: list[list[float]]) -> dict[str, float | int]:
    """scores: of each repeat those of its folds."""
    flat = [value for repeat in scores for value in repeat]
    mean, std = short(float(np.mean(flat))), short(float(np.std(flat)))
    found: dict[str, float | int] = {"mean": mean, "std": std, "folds": len(flat)}
    if len(scores) == 1:
        return found
    means = [np.mean(repeat) for repeat in scores if repeat]
    return found | {"repeats": len(scores), "spread": short(float(np.std(means)))}


def _strategy(prepared: Prepared, wanted: CrossValidation) -> Strategy:
    if wanted.strategy is not None:
        return wanted.strategy
    if prepared.parted.time_column:
        return "TimeSeries"
    classes = hasattr(prepared.pipeline, "predict_proba")
    if prepared.groups is not None:
        return "StratifiedGroup" if classes else "Group"
    return "Stratified" if classes else "KFold"


def _check(prepared: Prepared, wanted: CrossValidation, strategy: Strategy) -> None:
    if strategy == "TimeSeries" and (wanted.repeats or 1) > 1:
        raise PermanentError("InvalidSpec", f"{FIELD}.repeats: folds in time are the same each time; leave repeats out")
    _check_groups(prepared, wanted, strategy)
    stratified = strategy in ("Stratified", "StratifiedGroup")
    target = prepared.frame.target[prepared.training]
    if stratified and np.unique(target, return_counts=True)[1].min() < wanted.folds:
        raise PermanentError(
            "TooFewRows",
            f"{FIELD}.folds: the rarest class has fewer than {wanted.folds} rows; "
            f"use strategy: {'Group' if strategy == 'StratifiedGroup' else 'KFold'}",
        )


def _check_groups(prepared: Prepared, wanted: CrossValidation, strategy: Strategy) -> None:
    column, in_groups = prepared.parted.group_column, strategy in IN_GROUPS.values()
    if prepared.groups is None:
        if in_groups:
            raise PermanentError(
                "InvalidSpec",
                f"{FIELD}.strategy: {strategy} needs groups, and the Dataset names none: set its split.groupColumn, "
                "or use Stratified or KFold",
            )
        return
    if not in_groups:
        raise PermanentError(
            "InvalidSpec",
            f"{FIELD}.strategy: {strategy} tears rows of one {column} apart, which the Dataset's split.groupColumn "
            f"keeps together; use {IN_GROUPS.get(strategy, 'Group')}, or leave strategy out",
        )
    if (found := len(np.unique(prepared.groups[prepared.training]))) < wanted.folds:
        raise PermanentError(
            "TooFewRows", f"{FIELD}.folds: the training rows are of {found} {column} only; use at most {found} folds"
        )


def _drawn(strategy: Strategy, count: int, seed: int) -> Any:
    return (
        TimeSeriesSplit(count) if strategy == "TimeSeries" else KINDS[strategy](count, shuffle=True, random_state=seed)
    )


def _thinned(prepared: Prepared, rows: Array, plan: Plan) -> Array:
    classes = prepared.frame.target[rows] if hasattr(prepared.pipeline, "predict_proba") else None
    return thinned(rows, classes, plan.share, plan.seed)


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


def _answers(fitted: Pipeline, prepared: Prepared, fold: Fold) -> Answers:
    frame, rows = prepared.frame, fold.judge
    if not hasattr(fitted, "predict_proba"):
        return Answers(fold.repeat, rows, fitted.predict(frame.table(rows)).ravel())
    classes = fitted.classes_
    rows = rows[np.isin(frame.target[rows], classes)]  # a fold in time, or of groups, may lack a class
    if not len(rows):
        return Answers(fold.repeat, rows, rows, np.empty((0, len(classes))), classes)
    table = frame.table(rows)
    return Answers(fold.repeat, rows, fitted.predict(table), fitted.predict_proba(table), classes)


def _metrics(prepared: Prepared, told: Answers, mine: Sequence[OwnMetric]) -> dict[str, float]:
    rows = told.rows
    weights = np.ones(len(rows)) if prepared.weights is None else prepared.weights[rows]
    if not weights.any():
        return {}
    target = prepared.frame.target[rows]
    if told.scores is None or told.classes is None:
        own.check(mine, None)
        statistics = regression_statistics(target.astype(float), told.labels)
        statistics |= own.statistics(mine, own.Rows(target.astype(float), told.labels))
    else:
        own.check(mine, len(told.classes))
        truth, answered = (np.searchsorted(told.classes, of) for of in (target, told.labels))
        labelled = own.Labelled(truth, answered, told.classes.tolist(), told.scores)
        statistics = classification_statistics(truth, answered, told.scores)
        statistics |= own.statistics(mine, own.of_classes(labelled, told.scores))
    values = {name: statistic(weights) for name, statistic in statistics.items()}
    return {name: value for name, value in values.items() if np.isfinite(value)}
