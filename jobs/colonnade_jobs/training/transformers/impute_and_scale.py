"""Missing values filled, and numbers on one scale."""

from typing import Any, Literal, Self

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.algebra.onnx_ops import OnnxIsNaN, OnnxMax, OnnxMin, OnnxMul, OnnxSub, OnnxWhere
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator, TransformerMixin

Array = np.ndarray[Any, Any]
Scaling = Literal["standard", "unit", "none"]


class ImputeAndScale(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fills missing values with the column's median, then scales; all in float32, as the served graph does.

    numbers: how many leading columns are numbers; only they are scaled to mean 0 and deviation 1 (standard), since
    indicators and word weights have a scale already. unit: every column to 0 ... 1, clipped, for estimators that take
    no negative numbers. none: no scaling.
    """

    def __init__(self, numbers: int = 0, scaling: Scaling = "standard") -> None:
        self.numbers = numbers
        self.scaling = scaling

    def fit(self, x: Array, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learns medians, offsets and factors. x: float32, shape (rows, columns)."""
        x = np.asarray(x, dtype=np.float32)
        self.n_features_in_ = x.shape[1]
        self.fill_ = _medians(x)
        filled = np.where(np.isnan(x), self.fill_, x)
        self.offset_, self.factor_ = self._scale(filled)
        return self

    def transform(self, x: Array) -> Array:
        """float32, shape (rows, columns)."""
        x = np.asarray(x, dtype=np.float32)
        filled = np.where(np.isnan(x), self.fill_, x)
        if self.scaling == "none":
            return filled
        scaled = (filled - self.offset_) * self.factor_
        return np.clip(scaled, np.float32(0), np.float32(1)) if self.scaling == "unit" else scaled

    def _scale(self, filled: Array) -> tuple[Array, Array]:
        if self.scaling == "unit":
            offset = filled.min(axis=0).astype(float)
            width = filled.max(axis=0) - offset
        else:
            numbers = np.arange(filled.shape[1]) < self.numbers
            offset = np.where(numbers, filled.mean(axis=0, dtype=float), 0)
            width = np.where(numbers, filled.std(axis=0, dtype=float), 1)
        factor = 1 / np.where(width > 0, width, 1)
        return offset.astype(np.float32), np.minimum(factor, np.finfo(np.float32).max).astype(np.float32)


def _medians(x: Array) -> Array:
    empty = np.isnan(x).all(axis=0)
    return np.nanmedian(np.where(empty, np.float32(0), x), axis=0).astype(np.float32)


def _shape(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, operator.raw_operator.n_features_in_])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    of, version = operator.raw_operator, {"op_version": container.target_opset}
    x, output = operator.inputs[0], {"output_names": operator.outputs[:1]}
    if of.scaling == "none":
        node = OnnxWhere(OnnxIsNaN(x, **version), of.fill_.reshape(1, -1), x, **version, **output)
    else:
        filled = OnnxWhere(OnnxIsNaN(x, **version), of.fill_.reshape(1, -1), x, **version)
        centred = OnnxSub(filled, of.offset_.reshape(1, -1), **version)
        unit = of.scaling == "unit"
        node = OnnxMul(centred, of.factor_.reshape(1, -1), **version, **({} if unit else output))
        if unit:
            low, high = np.zeros(1, dtype=np.float32), np.ones(1, dtype=np.float32)
            node = OnnxMin(OnnxMax(node, low, **version), high, **version, **output)
    node.add_to(scope, container)


update_registered_converter(ImputeAndScale, "ColonnadeImputeAndScale", _shape, _convert)
