"""Estimators that compute in double precision amid a graph of float32."""

from typing import Any, Self

import numpy as np
from onnx import TensorProto
from skl2onnx import get_model_alias, update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone

Array = np.ndarray[Any, Any]


class _InDouble(BaseEstimator):  # type: ignore[misc]
    """Casts the features to float64 before the estimator and its numbers to float32 behind it."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, x: Array, y: Array) -> Self:
        """Fits a clone of the estimator on float64 features."""
        self.estimator_ = clone(self.estimator).fit(np.asarray(x, dtype=np.float64), y)
        self.n_features_in_ = x.shape[1]
        return self

    def predict(self, x: Array) -> Array:
        """As the estimator."""
        return np.asarray(self.estimator_.predict(np.asarray(x, dtype=np.float64)))


class InDoubleClassifier(ClassifierMixin, _InDouble):  # type: ignore[misc]
    """A classifier in double precision."""

    @property
    def classes_(self) -> Array:
        """As the estimator."""
        return np.asarray(self.estimator_.classes_)

    def predict_proba(self, x: Array) -> Array:
        """As the estimator."""
        return np.asarray(self.estimator_.predict_proba(np.asarray(x, dtype=np.float64)))


class InDoubleRegressor(RegressorMixin, _InDouble):  # type: ignore[misc]
    """A regressor in double precision."""


def classifier_shape(operator: Any) -> None:
    """Labels as the classes are, text or whole numbers, and a probability a class."""
    classes = operator.raw_operator.classes_
    label = StringTensorType if classes.dtype.kind in "OU" else Int64TensorType
    operator.outputs[0].type = label([None])
    operator.outputs[1].type = FloatTensorType([None, len(classes)])


def _regressor_shape(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, 1])


def _inner(scope: Any, operator: Any, container: Any) -> Any:
    doubled = scope.declare_local_variable("doubled", DoubleTensorType([None, operator.raw_operator.n_features_in_]))
    cast = scope.get_unique_operator_name("Cast")
    container.add_node("Cast", operator.inputs[0].full_name, doubled.full_name, name=cast, to=TensorProto.DOUBLE)
    estimator = operator.raw_operator.estimator_
    inner = scope.declare_local_operator(get_model_alias(type(estimator)), estimator)
    inner.inputs.append(doubled)
    return inner


def _to_float(scope: Any, container: Any, variable: Any, output: Any) -> None:
    name = scope.get_unique_operator_name("Cast")
    container.add_node("Cast", variable.full_name, output.full_name, name=name, to=TensorProto.FLOAT)


def _convert_classifier(scope: Any, operator: Any, container: Any) -> None:
    inner = _inner(scope, operator, container)
    label = scope.declare_local_variable("label_in_double", operator.outputs[0].type)
    scores = scope.declare_local_variable("scores_in_double", DoubleTensorType())
    inner.outputs.append(label)
    inner.outputs.append(scores)
    name = scope.get_unique_operator_name("Identity")
    container.add_node("Identity", label.full_name, operator.outputs[0].full_name, name=name)
    _to_float(scope, container, scores, operator.outputs[1])


def _convert_regressor(scope: Any, operator: Any, container: Any) -> None:
    inner = _inner(scope, operator, container)
    prediction = scope.declare_local_variable("prediction_in_double", DoubleTensorType())
    inner.outputs.append(prediction)
    _to_float(scope, container, prediction, operator.outputs[0])


OPTIONS = {"zipmap": [True, False, "columns"], "nocl": [True, False], "output_class_labels": [False, True]}
update_registered_converter(
    InDoubleClassifier, "ColonnadeInDoubleClassifier", classifier_shape, _convert_classifier, options=OPTIONS
)
update_registered_converter(InDoubleRegressor, "ColonnadeInDoubleRegressor", _regressor_shape, _convert_regressor)
