"""A pipeline fitted on the training rows, with the held-out rows untouched."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from colonnade_api.datasets.split import Split
from colonnade_api.models.crossvalidation import CrossValidation
from colonnade_api.models.threshold import ChosenThreshold
from colonnade_api.models.training import Training

from ... import progress
from ...errors import PermanentError
from ...formatting import did_you_mean, percent
from .. import boosters
from ..export import float32
from ..judging import crossvalidation, fairness
from ..rows import frames, split
from ..rows.frames import Frame
from . import (
    classweights,
    cuts,
    earlystopping,
    estimators,
    features,
    limits,
    pipeline,
    steps,
    supported,
    threshold,
    weighting,
)
from .earlystopping import Stopping
from .features import Choice
from .prepared import Prepared

Array = np.ndarray[Any, Any]
OF_PARAMETERS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)  # in scikit-learn's own words


@dataclass(frozen=True)
class Trained(Prepared):
    """The pipeline fitted on the training rows. folds: cross-validation's metrics. threshold: from which on the label
    is the second class; None where it is the estimator's own."""

    folds: dict[str, dict[str, Any]]
    threshold: ChosenThreshold | None

    @property
    def rounds(self) -> int | None:
        """How many were learnt, where early stopping chose them."""
        return None if self.stopping is None else earlystopping.rounds(self.pipeline)

    @property
    def cut(self) -> float | None:
        """The threshold's value."""
        return None if self.threshold is None else self.threshold.value

    def labels(self, rows: Array) -> Array:
        """What is answered to some of the frame's rows, by index, shape (rows,)."""
        table = self.frame.table(rows)
        if self.threshold is None:
            return np.asarray(self.pipeline.predict(table))
        scores = self.pipeline.predict_proba(table)[:, 1]
        return np.asarray(self.pipeline.classes_[threshold.answered(scores, self.threshold.value)])


def fit(wanted: Training, manifest: dict[str, Any], table: Path, choice: Choice) -> Trained:
    """Splits, cross-validates where the spec asks for it, and fits.

    Raises PermanentError when the data or the parameters don't do.
    """
    prepared = prepare(wanted, manifest, table, choice)
    with refusing(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cut = wanted.decision_threshold
        told = _folds(wanted, prepared) if wanted.cross_validation or (cut and cut.objective) else []
        folds = cuts.on_folds(wanted, prepared, told) if wanted.cross_validation else {}
        training = prepared.training
        progress.report(40, f"fitting on {len(training):,} rows of {len(prepared.choice.features)} columns")
        whole = prepared.fitted(training)
        _check_learnt(whole)
    notes = prepared.notes + _convergence(caught) + _rounds(prepared, whole)
    return Trained(
        **vars(prepared)
        | {"pipeline": whole, "notes": notes, "folds": folds, "threshold": cuts.of(wanted, prepared, told)}
    )


def _rounds(prepared: Prepared, fitted: Pipeline) -> list[str]:
    if prepared.stopping is None:
        return []
    share, most, found = (
        percent(prepared.stopping.wanted.validation),
        earlystopping.rounds(prepared.pipeline),
        earlystopping.rounds(fitted),
    )
    if found < most:
        return [
            f"It learnt {found:,} rounds of {most:,}, which {share} of the training rows found best, from all of them."
        ]
    return [f"It learnt all {most:,} rounds: {share} of the training rows gained by the last one too; allow more."]


def check(wanted: Training) -> None:
    """Raises PermanentError for an estimator that can't do what is asked: before the dataset is fetched."""
    estimator = estimators.build(wanted.learner, wanted.task, wanted.seed)
    supported.check(estimator)
    if wanted.weight_column:
        weighting.check_estimator(estimator)
    if wanted.early_stopping:
        earlystopping.check(estimator)


def choose(wanted: Training, manifest: dict[str, Any]) -> Choice:
    """The columns to learn from. Raises PermanentError when a named one isn't there."""
    grouped = manifest["split"].get("groupColumn")
    names = {column["name"] for column in manifest["schema"]["columns"]}
    if wanted.weight_column and wanted.weight_column not in names:
        raise PermanentError(
            "UnknownFeature",
            f"{weighting.FIELD}: the dataset has no column {wanted.weight_column}"
            f"{did_you_mean(wanted.weight_column, names)}",
        )
    beside = dict.fromkeys(wanted.fairness.sensitive if wanted.fairness else (), "sensitive")
    beside |= {grouped: "names the row's group"} if grouped else {}
    beside |= {wanted.weight_column: "says what the row counts"} if wanted.weight_column else {}
    found = features.choose(manifest["schema"], wanted.target, wanted.features, beside)
    steps.check(wanted.preprocessing.steps or (), found)
    return found


def prepare(wanted: Training, manifest: dict[str, Any], table: Path, choice: Choice) -> Prepared:
    """Reads the rows, splits them, and builds the pipeline for them.

    Raises PermanentError when the data or the parameters don't do.
    """
    parted = split.of_task(Split.model_validate(manifest["split"]), wanted.task, wanted.target)
    weighing = [wanted.weight_column] if wanted.weight_column else []
    beside = [*split.columns(parted), *weighing]
    frame, values = frames.read(table, choice.features, wanted.target, wanted.task, beside)
    held = split.held_out(len(frame.target), parted, values)
    training, testing = np.flatnonzero(~held), np.flatnonzero(held)
    if parted.time_column:
        training = training[split.by_time(values[parted.time_column][training])]
    notes = [f"{frame.dropped:,} rows without a {wanted.target} were left out."] if frame.dropped else []
    if wanted.task == "Classification":
        known = _of_known_classes(frame, training, testing)
        if unjudged := len(testing) - len(known):
            notes.append(f"{unjudged:,} held-out rows are of a class that no training row has: they aren't judged.")
        testing = known
        if wanted.fairness:
            fairness.positive(wanted.fairness, np.unique(frame.target[training]).tolist())
        if wanted.decision_threshold:
            classes = len(np.unique(frame.target[training]))
            threshold.check(wanted.decision_threshold, wanted.metrics or (), classes)
    else:
        float32.check_target(frame.target, wanted.target)
    choice = features.with_values(choice, frame.inputs, training)
    frame = replace(frame, features=choice.features)
    notes += frame.notes
    if parted.time_column and (timeless := split.without_time(values[parted.time_column])):
        notes.append(
            f"{timeless:,} rows without a {parted.time_column} were learnt from: none of them can be the latest."
        )
    weights = _weights(wanted, values, frame, training, testing)
    estimator = estimators.build(wanted.learner, wanted.task, wanted.seed)
    if wanted.task == "Classification":
        classweights.by_class(estimator, frame.target[training])
    whole = pipeline.build(estimator, frame, training, wanted.preprocessing, wanted.seed)
    notes += pipeline.cuts(whole, frame, training)
    limits.check_table(len(training), pipeline.width(whole, frame, training))
    groups = split.groups_of(parted, values)
    stopping = Stopping(wanted.early_stopping, parted, values, wanted.seed) if wanted.early_stopping else None
    return Prepared(whole, choice, frame, training, testing, parted, notes, weights, groups, stopping)


def _weights(
    wanted: Training, values: Mapping[str, Array], frame: Frame, training: Array, testing: Array
) -> Array | None:
    if wanted.weight_column is None:
        return None
    weights = weighting.checked(values[wanted.weight_column], wanted.weight_column, frame.positions)
    weighting.check_sums(weights, testing, "the held-out rows")
    if wanted.task == "Regression":
        weighting.check_sums(weights, training, "the training rows")
        return weights
    for one in np.unique(frame.target[training]):
        rows = training[frame.target[training] == one]
        weighting.check_sums(weights, rows, f"the training rows of the class {one}")
    return weights


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


def cross_validate(wanted: Training, prepared: Prepared, share: float = 1.0) -> dict[str, dict[str, Any]]:
    """Each metric's mean and standard deviation over the folds that the spec asks for, or five. share: of each fold's
    rows that are learnt from."""
    return cuts.on_folds(wanted, prepared, _folds(wanted, prepared, share))


def _folds(wanted: Training, prepared: Prepared, share: float = 1.0) -> list[crossvalidation.Answers]:
    asked = wanted.cross_validation or CrossValidation()
    return crossvalidation.answers(prepared, crossvalidation.Plan(asked, wanted.seed, share))


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
