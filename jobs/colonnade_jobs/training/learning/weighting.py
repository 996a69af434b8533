"""Rows that count more than others: the column that says so, and the estimators that learn by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from ...errors import PermanentError
from .estimators import parts

Array = np.ndarray[Any, Any]
FIELD = "spec.training.weightColumn"
# Pass nothing on to what they are made of, or weigh no row where they choose among their own parameters.
UNTOLD = ("AdaBoostClassifier", "AdaBoostRegressor", "LogisticRegressionCV", "RidgeCV", "RidgeClassifierCV")
COMPOSITES = ("Pipeline", "ColumnTransformer", "FeatureUnion")


def check_estimator(estimator: BaseEstimator) -> None:
    """Raises PermanentError (UnsuitableEstimator) when some part of an estimator learns from each row alike: before
    hours are spent on it.
    """
    for part in parts(estimator):
        name = type(part).__name__
        learns = hasattr(part, "predict") and name not in COMPOSITES
        if name in UNTOLD or (learns and not has_fit_parameter(part, "sample_weight") and not _passes_on(part)):
            raise PermanentError(
                "UnsuitableEstimator",
                f"{FIELD}: {name} takes no weights; leave weightColumn out, or use an estimator that does, such as "
                "HistGradientBoosting, RandomForest, LogisticRegression, Ridge, MLP, XGBoost's or LightGBM's",
            )


def checked(values: Array, column: str, positions: Array) -> Array:
    """Weights as float64, shape (rows,). positions: where the rows stand in the dataset, from 0.

    Raises PermanentError (UnsuitableWeights) for what is no weight.
    """
    if values.dtype.kind not in "iuf":
        raise PermanentError("UnsuitableWeights", f"{FIELD}: {column} is no number")
    weights = values.astype(float)
    for wrong, what in (
        (np.isnan(weights), "have none"),
        (weights < 0, "weigh less than 0"),
        (np.isinf(weights), "weigh endlessly"),
    ):
        if wrong.any():
            raise PermanentError(
                "UnsuitableWeights",
                f"{FIELD}: {wrong.sum():,} of {len(weights):,} rows {what} (of the dataset, from 0: row "
                f"{positions[np.flatnonzero(wrong)[0]]}); a weight is a number of 0 or more",
            )
    return weights


def check_sums(weights: Array, rows: Array, which: str) -> None:
    """Raises PermanentError when some rows, by index, weigh nothing together. which: what they are called."""
    if not weights[rows].sum() > 0:
        raise PermanentError("UnsuitableWeights", f"{FIELD}: {which} weigh 0 together, so that they tell nothing")


def fit(pipeline: Pipeline, x: pd.DataFrame | Array, y: Array, weights: Array | None) -> Pipeline:
    """The pipeline, fitted in place; weights, shape (rows,), go to each part that learns from the target."""
    if weights is None:
        return cast("Pipeline", pipeline.fit(x, y))
    with _routed(pipeline):
        return cast("Pipeline", pipeline.fit(x, y, sample_weight=weights))


@contextmanager
def _routed(pipeline: Pipeline) -> Iterator[None]:
    with config_context(enable_metadata_routing=True):
        for part in parts(pipeline):
            if has_fit_parameter(part, "sample_weight") and hasattr(part, "set_fit_request"):
                part.set_fit_request(sample_weight=hasattr(part, "predict"))
        yield


def _passes_on(part: BaseEstimator) -> bool:
    """Whether it hands weights to its members, which are looked at by themselves."""
    return any(isinstance(value, BaseEstimator) for value in part.get_params(deep=True).values())
