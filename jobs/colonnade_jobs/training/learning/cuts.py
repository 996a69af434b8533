"""The decision threshold by what folds answer, and folds' metrics at it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from colonnade_api.models.threshold import ChosenThreshold
from colonnade_api.models.training import Training

from ..judging import crossvalidation
from ..judging.crossvalidation import Answers
from . import threshold
from .prepared import Prepared
from .threshold import Scored

Array = np.ndarray[Any, Any]


def of(wanted: Training, prepared: Prepared, told: Sequence[Answers]) -> ChosenThreshold | None:
    """The one that is served: by all folds together. None where the spec asks for none."""
    if wanted.decision_threshold is None:
        return None
    rows = Scored.together([_scored(prepared, each) for each in told]) if told else _nothing()
    return threshold.choose(wanted.decision_threshold, wanted.metrics or (), rows)


def on_folds(wanted: Training, prepared: Prepared, told: Sequence[Answers]) -> dict[str, dict[str, Any]]:
    """Metrics over the folds; of each fold's labels at the threshold that the other folds of its repeat choose, since
    at one that it chose itself it would do too well.
    """
    if wanted.decision_threshold is not None:
        told = [_cut(wanted, prepared, each, [other for other in told if other is not each]) for each in told]
    return crossvalidation.measured(prepared, told, wanted.metrics or ())


def _cut(wanted: Training, prepared: Prepared, each: Answers, others: Sequence[Answers]) -> Answers:
    beside = [other for other in others if other.repeat == each.repeat]
    chosen = of(wanted, prepared, beside)
    if chosen is None or each.scores is None or each.classes is None or not len(each.rows):
        return each
    return replace(each, labels=each.classes[threshold.answered(each.scores[:, 1], chosen.value)])


def _scored(prepared: Prepared, told: Answers) -> Scored:
    weights = np.ones(len(told.rows)) if prepared.weights is None else prepared.weights[told.rows]
    if told.scores is None or told.classes is None or len(told.classes) != 2:
        return _nothing()
    truth = (prepared.frame.target[told.rows] == told.classes[1]).astype(np.int64)
    return Scored(truth, told.scores[:, 1], weights)


def _nothing() -> Scored:
    return Scored(np.empty(0, np.int64), np.empty(0), np.empty(0))
