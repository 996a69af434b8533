"""A logarithm or a root of each number, and the same in ONNX."""

from typing import Any, Self

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.algebra.onnx_ops import OnnxAdd, OnnxGreater, OnnxLog, OnnxSqrt, OnnxWhere
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, TransformerMixin

Array = np.ndarray[Any, Any]
LEAST = {"log": 0.0, "log1p": -1.0, "sqrt": 0.0}


class Elementwise(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """numpy's function of each number, in float32, as the served graph does; NaN beyond what it is defined for.

    function: log, log1p or sqrt.
    """

    def __init__(self, function: str = "log1p") -> None:
        self.function = function

    def fit(self, x: Any, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learns nothing. Raises ValueError for a number that the function isn't defined for."""
        x = np.asarray(x, dtype=np.float32)
        least = LEAST[self.function]
        beyond = x < least if self.function == "sqrt" else x <= least
        if beyond.any():
            raise ValueError(f"{self.function} isn't defined for {float(x[beyond].min()):g}; clip or replace it first")
        self.n_features_in_ = x.shape[1]
        return self

    def transform(self, x: Any) -> Array:
        """float32, shape (rows, columns)."""
        x = np.asarray(x, dtype=np.float32)
        with np.errstate(all="ignore"):
            if self.function == "sqrt":
                return np.asarray(np.sqrt(x))
            x = x + np.float32(1) if self.function == "log1p" else x
            return np.asarray(np.log(np.where(x > 0, x, np.float32(np.nan))))


def _shape(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, operator.raw_operator.n_features_in_])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    version, output = {"op_version": container.target_opset}, {"output_names": operator.outputs[:1]}
    x, function = operator.inputs[0], operator.raw_operator.function
    if function == "sqrt":
        OnnxSqrt(x, **version, **output).add_to(scope, container)
        return
    if function == "log1p":
        x = OnnxAdd(x, np.ones(1, dtype=np.float32), **version)
    positive = OnnxGreater(x, np.zeros(1, dtype=np.float32), **version)
    known = OnnxWhere(positive, x, np.full(1, np.nan, dtype=np.float32), **version)
    OnnxLog(known, **version, **output).add_to(scope, container)


update_registered_converter(Elementwise, "ColonnadeElementwise", _shape, _convert)
