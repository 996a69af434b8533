"""XGBoost: its estimators' parameters, their ONNX form, and how many nodes their trees have."""

import json
from typing import Any

from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost  # type: ignore[import-untyped]
from skl2onnx import update_registered_converter
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes,
    calculate_linear_regressor_output_shapes,
)
from sklearn.base import BaseEstimator
from xgboost import XGBClassifier, XGBRegressor

from ... import resources
from ..transformers.double import OPTIONS

# What the Dataset or the platform settles.
SETTLED = {"callbacks", "enable_categorical", "feature_types", "max_cat_threshold", "max_cat_to_onehot", "missing"}


def parameters() -> set[str]:
    """The names that params may have."""
    return set(XGBClassifier().get_params()) - SETTLED


def made(kind: type[BaseEstimator], values: dict[str, Any]) -> BaseEstimator:
    """The estimator; as many threads as there are processors, by which no tree changes."""
    return kind(**{"n_jobs": resources.cpus(), "verbosity": 0} | values)


def nodes(fitted: Any) -> int:
    """How many nodes all trees of a fitted estimator have."""
    model = json.loads(bytes(fitted.get_booster().save_raw("json")))["learner"]["gradient_booster"]["model"]
    return sum(int(tree["tree_param"]["num_nodes"]) for tree in model["trees"])


def lower_thresholds(fitted: Any) -> None:
    """Nothing is to do: XGBoost's thresholds are float32, and it asks x < t."""


update_registered_converter(
    XGBClassifier,
    "ColonnadeXGBClassifier",
    calculate_linear_classifier_output_shapes,
    convert_xgboost,
    options=OPTIONS,
)
update_registered_converter(
    XGBRegressor, "ColonnadeXGBRegressor", calculate_linear_regressor_output_shapes, convert_xgboost
)
