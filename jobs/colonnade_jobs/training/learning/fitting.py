"""A pipeline fitted on the training rows, with the held-out rows untouched."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from colonnade_api.datasets.dataset import Split
from colonnade_api.models.training import CrossValidation, Training

from ... import progress
from ...errors import PermanentError
from .. import boosters
from ..export import float32
from ..judging import crossvalidation
from ..rows import frames, split
from ..rows.frames import Frame
from . import classweights, estimators, features, limits, pipeline
from .features import Choice

Array = np.ndarray[Any, Any]
OF_PARAMETERS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)  # in scikit-learn's own words


@dataclass(frozen=True)
class Prepared:
    """An unfitted pipeline and the rows for it, split as the Dataset says.

    choice: the features that have a value to learn from. training, testing: indices of the frame's rows, in time's
    order where the split goes by time. notes: sentences for the card.
    """

    pipeline: Pipeline
    choice: Choice
    frame: Frame
    training: Array
    testing: Array
    parted: Split
    notes: list[str]


@dataclass(frozen=True)
class Trained(Prepared):
    """The pipeline fitted on the training rows. folds: cross-validation's metrics."""

    folds: dict[str, dict[str, float | int]]


def fit(wanted: Training, manifest: dict[str, Any], table: Path, choice: Choice) -> Trained:
    """Splits, cross-validates where the spec asks for it, and fits.

    Raises PermanentError when the data or the parameters don't do.
    """
    prepared = prepare(wanted, manifest, table, choice)
    with refusing(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        folds = cross_validate(wanted, prepared) if wanted.cross_validation else {}
        training, whole = prepared.training, prepared.pipeline
        progress.report(40, f"fitting on {len(training):,} rows of {len(prepared.choice.features)} columns")
        whole.fit(prepared.frame.table(training), prepared.frame.target[training])
        _check_learnt(whole)
    notes = prepared.notes + _convergence(caught)
    return Trained(**vars(prepared) | {"notes": notes, "folds": folds})


def prepare(wanted: Training, manifest: dict[str, Any], table: Path, choice: Choice) -> Prepared:
    """Reads the rows, splits them, and builds the pipeline for them.

    Raises PermanentError when the data or the parameters don't do.
    """
    parted = split.of_task(Split.model_validate(manifest["split"]), wanted.task, wanted.target)
    frame, values = frames.read(table, choice.features, wanted.target, wanted.task, split.key(parted))
    held = split.held_out(len(frame.target), parted, values)
    training, testing = np.flatnonzero(~held), np.flatnonzero(held)
    if parted.time_column and values is not None:
        training = training[split.by_time(values[training])]
    notes = [f"{frame.dropped:,} rows without a {wanted.target} were left out."] if frame.dropped else []
    if wanted.task == "Classification":
        known = _of_known_classes(frame, training, testing)
        if unjudged := len(testing) - len(known):
            notes.append(f"{unjudged:,} held-out rows are of a class that no training row has: they aren't judged.")
        testing = known
    else:
        float32.check_target(frame.target, wanted.target)
    choice = features.with_values(choice, frame.inputs, training)
    frame = replace(frame, features=choice.features)
    notes += frame.notes
    if parted.time_column and values is not None and (timeless := split.without_time(values)):
        notes.append(
            f"{timeless:,} rows without a {parted.time_column} were learnt from: none of them can be the latest."
        )
    estimator = estimators.build(wanted.estimator, wanted.task, wanted.seed)
    if wanted.task == "Classification":
        classweights.by_class(estimator, frame.target[training])
    scale, unknown = wanted.preprocessing.scale, wanted.preprocessing.encode.handle_unknown
    whole = pipeline.build(estimator, frame, training, scale=scale, unknown=unknown)
    notes += pipeline.cuts(whole, frame, training)
    limits.check_table(len(training), pipeline.width(whole))
    return Prepared(whole, choice, frame, training, testing, parted, notes)


def _of_known_classes(frame: Frame, training: Array, testing: Array) -> Array:
    known = np.unique(frame.target[training])
    if len(known) < 2:
        raise PermanentError(
            "UnsuitableTarget", "spec.training.target: the training rows have one class only; split otherwise"
        )
    judged = testing[np.isin(frame.target[testing], known)]
    if not len(judged):
        raise PermanentError(
            "UnsuitableTarget", "spec.training.target: no held-out row is of a class that training saw"
        )
    return judged


def cross_validate(wanted: Training, prepared: Prepared, share: float = 1.0) -> dict[str, dict[str, float | int]]:
    """Each metric's mean and standard deviation over the folds that the spec asks for, or five. share: of each fold's
    rows that are learnt from."""
    asked = wanted.cross_validation or CrossValidation()
    strategy = asked.strategy or ("TimeSeries" if prepared.parted.time_column else None)
    asked = CrossValidation(folds=asked.folds, strategy=strategy)
    plan = crossvalidation.Plan(asked, wanted.seed, share, wanted.metrics or ())
    return crossvalidation.evaluate(prepared.pipeline, prepared.frame, prepared.training, plan)


def _check_learnt(whole: Pipeline) -> None:
    model = whole["model"][-1] if isinstance(whole["model"], Pipeline) else whole["model"]
    support = getattr(model, "support_", None)
    if isinstance(support, np.ndarray) and support.dtype.kind == "i" and not len(support):
        raise PermanentError(
            "TrainingFailed",
            "spec.training.estimator: no training row became a support vector, so that nothing is learnt; set "
            "params.epsilon below the target's deviation, or multiply the target",
        )


@contextmanager
def refusing() -> Iterator[None]:
    """What a library says of its parameters or the data is a definite answer, in its own words."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, OF_PARAMETERS) and boosters.library_of(type(error)) not in boosters.LIBRARIES:
            raise
        raise PermanentError("TrainingFailed", f"spec.training.estimator: {boosters.error_text(error)}") from error


def _convergence(caught: list[warnings.WarningMessage]) -> list[str]:
    found = {str(w.message).partition("\n")[0] for w in caught if issubclass(w.category, ConvergenceWarning)}
    return sorted(found)
