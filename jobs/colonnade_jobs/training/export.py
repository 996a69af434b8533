"""From a fitted pipeline to an ONNX graph with one input a column and canonical names."""

import warnings
from typing import Any

from onnx import ModelProto
from skl2onnx import convert_sklearn, supported_converters
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from skl2onnx.common.exceptions import MissingShapeCalculator
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from ..refusals import Refusal
from .canonical import canonical
from .estimators import parts
from .features import Feature
from .frames import inner_name
from .pipeline import WORD_RE2

OPSET = {"": 18, "ai.onnx.ml": 3}
TENSORS = {"number": FloatTensorType, "category": StringTensorType, "text": StringTensorType, "date": DoubleTensorType}
COMPOSITES = ("Pipeline", "ColumnTransformer")


def check(estimator: BaseEstimator) -> None:
    """Raises Refusal when some part of an estimator has no ONNX form: before hours are spent on training it."""
    for part in parts(estimator):
        if type(part) not in sklearn_operator_name_map and type(part).__name__ not in COMPOSITES:
            name = type(part).__name__
            raise Refusal(
                "ExportUnsupported",
                f"spec.training.estimator: {name} has no ONNX form; {len(supported_converters())} others have, "
                "HistGradientBoosting, RandomForest, LogisticRegression, SVC and MLP among them",
            )


def export(pipeline: Pipeline, features: list[Feature], outputs: list[str]) -> ModelProto:
    """The graph: an input (rows, 1) by each feature's name, outputs in order under the given names.

    Raises Refusal (ExportFailed) when the exporter can't express the pipeline.
    """
    inner = [(inner_name(n), TENSORS[feature.kind]([None, 1])) for n, feature in enumerate(features)]
    # tokenexp: how the engine cuts words; locale: none is needed, since LowerAscii did the lower case.
    options: dict[Any, Any] = {TfidfVectorizer: {"tokenexp": WORD_RE2, "locale": "C"}}
    if len(outputs) == 2:
        options[id(pipeline)] = {"zipmap": False}
    try:
        with warnings.catch_warnings(action="ignore"):
            model = convert_sklearn(pipeline, "model", inner, options=options, target_opset=OPSET)
    except (
        RuntimeError,
        NotImplementedError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        MissingShapeCalculator,
    ) as error:
        first_line = str(error).strip().partition("\n")[0]
        raise Refusal("ExportFailed", f"spec.training.estimator can't be written as ONNX: {first_line}") from error
    names = {inner_name(n): feature.name for n, feature in enumerate(features)}
    names |= dict(zip([output.name for output in model.graph.output], outputs, strict=True))
    return canonical(model, names)
