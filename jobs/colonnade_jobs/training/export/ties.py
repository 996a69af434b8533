"""Rows that lie equally near to several training rows: which of them are the neighbours is anyone's choice."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

Array = np.ndarray[Any, Any]
EQUAL = 1e-9  # relative: what two ways of summing a distance in double precision may differ by


def tied(fitted: Any, x: pd.DataFrame | Array) -> Array:
    """True where one of a fitted pipeline's neighbour models has a choice, shape (rows,)."""
    if isinstance(fitted, Pipeline):
        return tied(fitted[-1], fitted[:-1].transform(x) if len(fitted) > 1 else x)
    if hasattr(fitted, "kneighbors"):
        return _at_the_edge(fitted, np.asarray(x, dtype=np.float64))
    members = _members(fitted)
    columns = getattr(fitted, "estimators_features_", [slice(None)] * len(members))
    found = np.zeros(len(x), dtype=bool)
    for member, of in zip(members, columns, strict=True):
        found |= tied(member, np.asarray(x)[:, of])
    return found


def _at_the_edge(neighbours: Any, x: Array) -> Array:
    count = neighbours.n_neighbors
    if count >= neighbours.n_samples_fit_:
        return np.zeros(len(x), dtype=bool)
    distances, _ = neighbours.kneighbors(x, n_neighbors=count + 1)
    allowed = EQUAL * (distances[:, count] + np.linalg.norm(x, axis=1))
    return np.asarray(distances[:, count] - distances[:, count - 1] <= allowed)


def _members(fitted: Any) -> list[Any]:
    if hasattr(fitted, "calibrated_classifiers_"):
        return [one.estimator for one in fitted.calibrated_classifiers_]
    if hasattr(fitted, "estimators_"):
        whole = fitted.estimators_
        return list(whole.ravel()) if isinstance(whole, np.ndarray) else list(whole)
    return [fitted.estimator_] if hasattr(fitted, "estimator_") else []
