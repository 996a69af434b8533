"""LightGBM: its estimators' parameters, their ONNX form, and thresholds that float32 can hold."""

from typing import Any

import numpy as np
from lightgbm import Booster, LGBMClassifier, LGBMRegressor
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm  # type: ignore[import-untyped]
from skl2onnx import update_registered_converter
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes,
    calculate_linear_regressor_output_shapes,
)
from sklearn.base import BaseEstimator

from ... import resources
from ..export.float32 import lowered
from ..transformers.double import OPTIONS

FIXED = {"deterministic": True, "force_row_wise": True, "verbose": -1}
# Named by LightGBM's own parameters, beside those that its scikit-learn classes have.
NATIVE = {
    "alpha", "extra_trees", "feature_fraction_bynode", "is_unbalance", "max_bin", "max_delta_step", "min_data_in_bin",
    "path_smooth", "scale_pos_weight", "tweedie_variance_power",
}  # fmt: skip


def parameters() -> set[str]:
    """The names that params may have."""
    return set(LGBMClassifier().get_params()) | NATIVE


def made(kind: type[BaseEstimator], values: dict[str, Any]) -> BaseEstimator:
    """The estimator, the same for any number of threads."""
    return kind(**FIXED | {"n_jobs": resources.cpus()} | values)


def nodes(fitted: Any) -> int:
    """How many nodes all trees of a fitted estimator have."""
    return sum(2 * tree["num_leaves"] - 1 for tree in fitted.booster_.dump_model()["tree_info"])


def lower_thresholds(fitted: Any) -> None:
    """Brings each threshold down to the float32 below it, in the model's text: LightGBM asks x <= t."""
    text = "\n".join(_lowered(line) for line in fitted.booster_.model_to_string().split("\n"))
    fitted._Booster = Booster(model_str=_without_sizes(text))


def _lowered(line: str) -> str:
    key, _, values = line.partition("=")
    if key != "threshold":
        return line
    found = lowered(np.array(values.split(), dtype=float))
    return f"threshold={' '.join(repr(float(value)) for value in found)}"


def _without_sizes(text: str) -> str:
    """tree_sizes counts the characters of each tree, and they are others now; left out, all trees are read in turn."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("tree_sizes="))


update_registered_converter(
    LGBMClassifier,
    "ColonnadeLGBMClassifier",
    calculate_linear_classifier_output_shapes,
    convert_lightgbm,
    options=OPTIONS,
)
update_registered_converter(
    LGBMRegressor, "ColonnadeLGBMRegressor", calculate_linear_regressor_output_shapes, convert_lightgbm
)
