"""A booster's classifier, taught any classes: texts, and numbers with gaps.

Its label is the class of the highest probability. The one that the engine's tree ensembles choose is wrong where every
leaf is positive: they then compare the sum with a half, and not with 0.
"""

from typing import Any, Self

import numpy as np
from onnx import TensorProto
from skl2onnx import get_model_alias, update_registered_converter
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from ..transformers.double import OPTIONS, classifier_shape

Array = np.ndarray[Any, Any]


class EncodedTarget(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Numbers the classes 0, 1, … for the classifier within."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, x: Array, y: Array, sample_weight: Array | None = None) -> Self:
        """Fits a clone of the estimator on the classes' numbers."""
        self.classes_, numbers = np.unique(y, return_inverse=True)
        self.estimator_ = clone(self.estimator).fit(x, numbers, sample_weight=sample_weight)
        self.n_features_in_ = x.shape[1]
        return self

    def predict(self, x: Array) -> Array:
        """The class of the highest probability."""
        return np.asarray(self.classes_[self.predict_proba(x).argmax(axis=1)])

    def predict_proba(self, x: Array) -> Array:
        """As the estimator, a column a class."""
        return np.asarray(self.estimator_.predict_proba(x))


def _convert(scope: Any, operator: Any, container: Any) -> None:
    classes, inner = operator.raw_operator.classes_, operator.raw_operator.estimator_
    numbered = scope.declare_local_operator(get_model_alias(type(inner)), inner)
    numbered.inputs.append(operator.inputs[0])
    unused = scope.declare_local_variable("engines_choice", Int64TensorType([None]))
    probabilities = scope.declare_local_variable("class_probabilities", FloatTensorType([None, len(classes)]))
    numbered.outputs.extend([unused, probabilities])
    number, names = (scope.get_unique_variable_name(name) for name in ("class_number", "classes"))
    container.add_node(
        "ArgMax",
        probabilities.full_name,
        number,
        name=scope.get_unique_operator_name("ArgMax"),
        axis=1,
        keepdims=0,
    )
    if classes.dtype.kind in "OU":
        container.add_initializer(names, TensorProto.STRING, [len(classes)], [str(one).encode() for one in classes])
    else:
        container.add_initializer(names, TensorProto.INT64, [len(classes)], [int(one) for one in classes])
    container.add_node(
        "Gather", [names, number], operator.outputs[0].full_name, name=scope.get_unique_operator_name("Gather")
    )
    container.add_node(
        "Identity",
        probabilities.full_name,
        operator.outputs[1].full_name,
        name=scope.get_unique_operator_name("Identity"),
    )


update_registered_converter(EncodedTarget, "ColonnadeEncodedTarget", classifier_shape, _convert, options=OPTIONS)
