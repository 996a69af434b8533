"""A correction: skl2onnx gives quadratic discriminant analysis labels of the shape [1, rows], and sums in float32."""

from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.algebra.onnx_ops import (
    OnnxAdd,
    OnnxArgMax,
    OnnxCast,
    OnnxConcat,
    OnnxGather,
    OnnxMatMul,
    OnnxMul,
    OnnxSoftmax,
    OnnxSub,
)
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

OPTIONS = {"zipmap": [True, False, "columns"], "nocl": [True, False], "output_class_labels": [False, True]}
OPTIONS |= {"raw_scores": [True, False]}


def _convert(scope: Any, operator: Any, container: Any) -> None:
    fitted, version = operator.raw_operator, {"op_version": container.target_opset}
    x = OnnxCast(operator.inputs[0], to=TensorProto.DOUBLE, **version)
    each = [_log_posterior(x, fitted, k, version) for k in range(len(fitted.classes_))]
    posteriors = OnnxConcat(*each, axis=1, **version)
    classes = np.array(fitted.classes_, dtype=object if fitted.classes_.dtype.kind in "OU" else np.int64)
    best = OnnxArgMax(posteriors, axis=1, keepdims=0, **version)
    OnnxGather(classes, best, axis=0, **version, output_names=operator.outputs[:1]).add_to(scope, container)
    raw = scope.get_options(fitted, {"raw_scores": False})["raw_scores"]  # a calibration asks for them
    scores = _decision(each, posteriors, version) if raw else OnnxSoftmax(posteriors, axis=1, **version)
    OnnxCast(scores, to=TensorProto.FLOAT, **version, output_names=operator.outputs[1:]).add_to(scope, container)


def _decision(each: list[Any], posteriors: Any, version: dict[str, int]) -> Any:
    if len(each) > 2:
        return posteriors
    ratio = OnnxSub(each[1], each[0], **version)
    return OnnxConcat(OnnxSub(each[0], each[1], **version), ratio, axis=1, **version)


def _log_posterior(x: Any, fitted: QuadraticDiscriminantAnalysis, k: int, version: dict[str, int]) -> Any:
    """Hastie, Tibshirani and Friedman 2009, The elements of statistical learning, equation 4.12; shape (rows, 1)."""
    mean, rotation, scaling = (np.asarray(of[k], float) for of in (fitted.means_, fitted.rotations_, fitted.scalings_))
    rotated = OnnxMatMul(OnnxSub(x, mean, **version), rotation * scaling**-0.5, **version)
    squares = OnnxMul(rotated, rotated, **version)
    constant = np.log(fitted.priors_[k]) - np.log(scaling).sum() / 2
    return OnnxAdd(OnnxMatMul(squares, np.full((len(scaling), 1), -0.5), **version), np.array([constant]), **version)


update_registered_converter(
    QuadraticDiscriminantAnalysis,
    "ColonnadeQuadraticDiscriminant",
    calculate_linear_classifier_output_shapes,
    _convert,
    options=OPTIONS,
)
