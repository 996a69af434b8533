"""How many rounds to learn: as many as are best for a part of the training rows that the rounds don't learn from."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.pipeline import Pipeline

from colonnade_api.datasets.split import Split
from colonnade_api.models.earlystopping import EarlyStopping

from ...errors import PermanentError
from ..boosters.encoded_target import EncodedTarget
from ..rows import split
from ..rows.frames import Frame

Array = np.ndarray[Any, Any]
FIELD = "spec.training.earlyStopping"


@dataclass(frozen=True)
class Stopping:
    """How to stop. parted, values: how the rows are split, and by which columns, of all of a frame's rows."""

    wanted: EarlyStopping
    parted: Split
    values: Mapping[str, Array]
    seed: int

    def validation(self, rows: Array) -> Array:
        """True for those of a frame's rows, by index, to stop by, shape (rows,). Raises PermanentError for too few."""
        parted = self.parted.model_copy(update={"test": self.wanted.validation, "seed": self.seed})
        own = {name: values[rows] for name, values in self.values.items()}
        try:
            return split.held_out(len(rows), parted, own)
        except PermanentError as error:
            raise PermanentError(error.reason, f"{FIELD}.validation: {error.message}") from error


@dataclass(frozen=True)
class Part:
    """Rows as an estimator gets them: encoded columns, target, and what each counts or None."""

    x: Array
    y: Array
    weights: Array | None


def check(estimator: BaseEstimator) -> None:
    """Raises PermanentError for an estimator that has no rounds to stop, or that stops by itself."""
    name = type(_bare(estimator)).__name__
    if name not in ROUNDS:
        raise PermanentError(
            "UnsuitableEstimator", f"{FIELD}: {name} has no rounds to stop; {', '.join(sorted(ROUNDS))} have"
        )
    params = _bare(estimator).get_params()
    if params.get("early_stopping") is True:
        raise PermanentError(
            "InvalidParameter",
            "spec.training.estimator.params.early_stopping: earlyStopping says it already, by rows that are drawn as "
            "the Dataset is split; leave this one out",
        )
    if params.get("solver") == "lbfgs" or params.get("boosting_type") == "dart":
        kind = "solver: lbfgs" if "solver" in params else "boosting_type: dart"
        raise PermanentError("InvalidParameter", f"{FIELD}: {name} with {kind} can't stop early; use another")


def stopped(pipeline: Pipeline, frame: Frame, rows: Array, weights: Array | None, how: Stopping) -> Pipeline:
    """An unfitted copy of a pipeline whose estimator learns the number of rounds that is best for a part of the rows.

    rows: indices of the frame's; weights: of them. Raises PermanentError when they are too few.
    """
    held = how.validation(rows)
    held_rows = np.flatnonzero(held & np.isin(frame.target[rows], frame.target[rows[~held]]) | held & _is_number(frame))
    parts = [np.flatnonzero(~held), held_rows]
    front = clone(pipeline)
    learner = _bare(front["model"])
    fit, judge = _encoded(front, frame, rows, weights, parts)
    name = type(learner).__name__
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        best = max(1, int(ROUNDS[name](learner, fit, judge, how.wanted.patience)))
    copy = clone(pipeline)
    _bare(copy["model"]).set_params(**{_parameter(name): best}, **_alone(name))
    return copy


def rounds(pipeline: Pipeline) -> int:
    """How many a pipeline's estimator learns at most."""
    learner = _bare(pipeline["model"])
    return int(learner.get_params()[_parameter(type(learner).__name__)])


def _is_number(frame: Frame) -> bool:
    return bool(frame.target.dtype.kind == "f")


def _parameter(name: str) -> str:
    return "n_estimators" if name.startswith(("XGB", "LGBM")) else "max_iter"


def _alone(name: str) -> dict[str, bool]:
    """So that it doesn't stop by rows of its own besides."""
    return {"early_stopping": False} if name.startswith("HistGradientBoosting") else {}


def _bare(model: Any) -> Any:
    """The estimator that learns, without what is done to features and target before."""
    inner = model[-1] if isinstance(model, Pipeline) and "preprocess" in model.named_steps else model
    return inner.estimator if isinstance(inner, EncodedTarget) else inner


def _encoded(
    front: Pipeline, frame: Frame, rows: Array, weights: Array | None, parts: list[Array]
) -> tuple[Part, Part]:
    model, learnt = front["model"], rows[parts[0]]
    steps = [front["features"], *(model[:-1].named_steps.values() if isinstance(model, Pipeline) else [])]
    tables: list[Any] = [frame.table(rows[part]) for part in parts]
    targets = [frame.target[rows[part]] for part in parts]
    for step in steps:
        step.fit(tables[0], frame.target[learnt])
        tables = [np.asarray(step.transform(table)) for table in tables]
    inner = model[-1] if isinstance(model, Pipeline) else model
    if isinstance(inner, EncodedTarget):
        classes = np.unique(targets[0])
        targets = [np.searchsorted(classes, target) for target in targets]
    counted = [None if weights is None else weights[part] for part in parts]
    fit, judge = (Part(*each) for each in zip(tables, targets, counted, strict=True))
    return fit, judge


def _xgboost(learner: Any, fit: Part, judge: Part, patience: int) -> int:
    trial = clone(learner).set_params(early_stopping_rounds=patience)
    beside = {} if judge.weights is None else {"sample_weight_eval_set": [judge.weights]}
    trial.fit(fit.x, fit.y, sample_weight=fit.weights, eval_set=[(judge.x, judge.y)], verbose=False, **beside)
    return int(trial.best_iteration) + 1


def _lightgbm(learner: Any, fit: Part, judge: Part, patience: int) -> int:
    from lightgbm import early_stopping  # noqa: PLC0415 - loaded when a spec names it

    beside = {} if judge.weights is None else {"eval_sample_weight": [judge.weights]}
    trial = clone(learner).fit(
        fit.x,
        fit.y,
        sample_weight=fit.weights,
        eval_X=judge.x,
        eval_y=judge.y,
        callbacks=[early_stopping(patience, verbose=False)],
        **beside,
    )
    return int(trial.best_iteration_ or trial.n_estimators)


def _histograms(learner: Any, fit: Part, judge: Part, patience: int) -> int:
    trial = clone(learner).set_params(early_stopping=True, n_iter_no_change=patience, scoring="loss")
    beside = {"X_val": judge.x, "y_val": judge.y, "sample_weight_val": judge.weights}
    trial.fit(fit.x, fit.y, fit.weights, **beside)
    return int(np.argmax(trial.validation_score_))  # the first score is of no round at all


def _network(learner: Any, fit: Part, judge: Part, patience: int) -> int:
    """Epoch by epoch; a draw of its own for each, as in one fit."""
    trial = clone(learner).set_params(random_state=np.random.RandomState(learner.random_state))
    classes = {"classes": np.unique(fit.y)} if is_classifier(learner) else {}
    losses: list[float] = []
    while len(losses) < learner.max_iter and len(losses) - int(np.argmin(losses or [0])) <= patience:
        trial.partial_fit(fit.x, fit.y, sample_weight=fit.weights, **classes)
        losses.append(_loss(trial, judge))
    return int(np.argmin(losses)) + 1


def _loss(trial: Any, judge: Part) -> float:
    if is_classifier(trial):
        scores = trial.predict_proba(judge.x)
        return float(log_loss(judge.y, scores, labels=trial.classes_, sample_weight=judge.weights))
    return float(mean_squared_error(judge.y, trial.predict(judge.x), sample_weight=judge.weights))


ROUNDS: dict[str, Callable[[Any, Part, Part, int], int]] = {
    "HistGradientBoostingClassifier": _histograms,
    "HistGradientBoostingRegressor": _histograms,
    "LGBMClassifier": _lightgbm,
    "LGBMRegressor": _lightgbm,
    "MLPClassifier": _network,
    "MLPRegressor": _network,
    "XGBClassifier": _xgboost,
    "XGBRegressor": _xgboost,
}
