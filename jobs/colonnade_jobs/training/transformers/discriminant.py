"""A correction: skl2onnx puts a softmax where linear discriminant analysis of two classes has a logistic function."""

from typing import Any

from skl2onnx import update_registered_converter
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from skl2onnx.operator_converters.linear_classifier import convert_sklearn_linear_classifier
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

OPTIONS = {"zipmap": [True, False, "columns"], "nocl": [True, False], "output_class_labels": [False, True]}
OPTIONS |= {"raw_scores": [True, False]}


def _convert(scope: Any, operator: Any, container: Any) -> None:
    fitted = operator.raw_operator
    if len(fitted.classes_) == 2:
        operator.raw_operator = _as_logistic(fitted)
        if (options := scope.get_options(fitted, {"raw_scores": False}))["raw_scores"]:  # a calibration asks for them
            container.add_options(id(operator.raw_operator), options)
            scope.add_options(id(operator.raw_operator), options)
    convert_sklearn_linear_classifier(scope, operator, container)
    operator.raw_operator = fitted


def _as_logistic(fitted: LinearDiscriminantAnalysis) -> LogisticRegression:
    same = LogisticRegression(solver="liblinear")
    same.coef_, same.intercept_, same.classes_ = fitted.coef_, fitted.intercept_, fitted.classes_
    return same


update_registered_converter(
    LinearDiscriminantAnalysis,
    "ColonnadeLinearDiscriminant",
    calculate_linear_classifier_output_shapes,
    _convert,
    options=OPTIONS,
)
