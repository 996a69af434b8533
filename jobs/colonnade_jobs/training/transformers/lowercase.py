"""Lower case for ASCII letters alone: other letters depend on a locale, which a serving pod may lack."""

from typing import Any, Self

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.algebra.onnx_ops import OnnxReshape, OnnxStringNormalizer
from skl2onnx.common.data_types import StringTensorType
from sklearn.base import BaseEstimator, TransformerMixin

LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class LowerAscii(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A column of texts with A to Z in lower case; shape (rows,) in and out."""

    def fit(self, x: Any, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learns nothing."""
        self.fitted_ = True
        return self

    def transform(self, x: Any) -> Any:
        """x: texts, shape (rows,)."""
        return np.array([text.translate(LOWER) for text in np.asarray(x, dtype=object)], dtype=object)


def _shape(operator: Any) -> None:
    operator.outputs[0].type = StringTensorType([None, 1])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    version = {"op_version": container.target_opset}
    flat = OnnxReshape(operator.inputs[0], np.array([-1], dtype=np.int64), **version)
    lower = OnnxStringNormalizer(flat, case_change_action="LOWER", is_case_sensitive=1, locale="C", **version)
    shape = np.array([-1, 1], dtype=np.int64)
    OnnxReshape(lower, shape, **version, output_names=operator.outputs[:1]).add_to(scope, container)


update_registered_converter(LowerAscii, "ColonnadeLowerAscii", _shape, _convert)
