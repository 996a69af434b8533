"""What an estimator needs of its features, put before each estimator rather than before all of them.

Trees get float32 features as they are: behind a scaler they land on the other side of a split in another engine. Linear
models, neighbours and networks get them filled and scaled, neighbours in double precision besides: two distances that
are almost equal must order the same in both engines.
"""

from sklearn.base import BaseEstimator, is_classifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from ..transformers import ImputeAndScale, InDoubleClassifier, InDoubleRegressor
from ..transformers.impute_and_scale import Scaling

UNSCALED_MODULES = (
    "sklearn.tree.",
    "sklearn.ensemble.",
    "sklearn.naive_bayes",
    "sklearn.dummy",
    "xgboost.",
    "lightgbm.",
)
DOUBLE_MODULES = ("sklearn.neighbors.", "sklearn.gaussian_process.")
FILLED = (AdaBoostClassifier, AdaBoostRegressor)  # refuse missing values, whatever their estimators take
HETEROGENEOUS = (VotingClassifier, VotingRegressor, StackingClassifier, StackingRegressor)


def preprocessed(estimator: BaseEstimator, scale: str, numbers: int) -> BaseEstimator:
    """The estimator behind what it needs; in a voting or stacking ensemble each member behind its own.

    scale: Auto, Standard or None, as the spec has it. numbers: how many leading features are numbers, not indicators.
    """
    if isinstance(estimator, HETEROGENEOUS):
        estimator.set_params(estimators=[(name, _member(of, scale, numbers)) for name, of in estimator.estimators])
        return _with_features(estimator, scale, numbers) if getattr(estimator, "passthrough", False) else estimator
    core = _core(estimator)
    scaling = _scaling(core, scale)
    if scaling == "none" and _takes_missing(core) and not isinstance(estimator, FILLED):
        return estimator
    step = ImputeAndScale(numbers=numbers, scaling=scaling)
    return Pipeline([("preprocess", step), ("estimator", _in_double(estimator, core))])


def _with_features(stacking: BaseEstimator, scale: str, numbers: int) -> BaseEstimator:
    # The final estimator sees the features too, and has no place of its own for what it needs of them.
    final = Ridge() if stacking.final_estimator is None else _core(stacking.final_estimator)
    return Pipeline(
        [("preprocess", ImputeAndScale(numbers=numbers, scaling=_scaling(final, scale))), ("estimator", stacking)]
    )


def _member(of: BaseEstimator | str, scale: str, numbers: int) -> BaseEstimator | str:
    return of if isinstance(of, str) else preprocessed(of, scale, numbers)  # a member may be "drop"


def _core(estimator: BaseEstimator) -> BaseEstimator:
    """What an ensemble of equals, or a calibration, is made of."""
    inner = getattr(estimator, "estimator", None)
    return _core(inner) if isinstance(inner, BaseEstimator) else estimator


def _scaling(core: BaseEstimator, scale: str) -> Scaling:
    if get_tags(core).input_tags.positive_only:
        return "unit"
    if scale != "Auto":
        return "standard" if scale == "Standard" else "none"
    unscaled = isinstance(core, Pipeline) or core.__class__.__module__.startswith(UNSCALED_MODULES)
    return "none" if unscaled else "standard"


def _takes_missing(core: BaseEstimator) -> bool:
    # Only histogram trees: the exporter gives other trees no branch for a missing value.
    return type(core).__name__.startswith(("HistGradientBoosting", "XGB", "LGBM"))


def _in_double(estimator: BaseEstimator, core: BaseEstimator) -> BaseEstimator:
    if not core.__class__.__module__.startswith(DOUBLE_MODULES):
        return estimator
    return InDoubleClassifier(estimator) if is_classifier(estimator) else InDoubleRegressor(estimator)
