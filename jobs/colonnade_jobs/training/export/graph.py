"""From a fitted pipeline to an ONNX graph with one input a column and canonical names."""

import warnings
from typing import Any

from onnx import ModelProto
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from ...errors import PermanentError
from ..learning.features import Feature
from ..learning.pipeline import WORD_RE2
from ..rows.frames import inner_name
from . import cleaning_front, cut, trees
from .canonical_onnx import canonical_onnx
from .cleaning_front import Steps

OPSET = {"": 18, "ai.onnx.ml": 3}
TENSORS = {"number": FloatTensorType, "category": StringTensorType, "text": StringTensorType, "date": DoubleTensorType}


def export(
    pipeline: Pipeline,
    features: list[Feature],
    outputs: list[str],
    cleaning: Steps = (),
    threshold: float | None = None,
) -> ModelProto:
    """The graph: an input (rows, 1) by each feature's name, outputs in order under the given names.

    cleaning: steps that are done to the inputs first. threshold: from which probability on the label is the second of
    two classes; None for the estimator's own label.

    The pipeline's trees get thresholds that float32 can hold. Raises PermanentError (ExportFailed) when the exporter
    can't express it.
    """
    inner = [(inner_name(n), TENSORS[feature.kind]([None, 1])) for n, feature in enumerate(features)]
    trees.lower_thresholds(pipeline)
    # tokenexp: how the engine cuts words; locale: none is needed, since LowerAscii did the lower case.
    options: dict[Any, Any] = {TfidfVectorizer: {"tokenexp": WORD_RE2, "locale": "C"}}
    if len(outputs) == 2:
        options[id(pipeline)] = {"zipmap": False}
    try:
        with warnings.catch_warnings(action="ignore"):
            model = convert_sklearn(pipeline, "model", inner, options=options, target_opset=OPSET)
    except MemoryError:
        raise
    except Exception as error:  # the exporter raises what comes
        first_line = str(error).strip().partition("\n")[0]
        raise PermanentError(
            "ExportFailed", f"spec.training.estimator can't be written as ONNX: {first_line}"
        ) from error
    written = len(model.graph.output)
    if written != len(outputs):
        raise PermanentError(
            "ExportFailed",
            f"spec.training.estimator: its ONNX form has {written} outputs where {len(outputs)} are due; use another",
        )
    cleaning_front.put(model, features, cleaning)
    if threshold is not None:
        cut.put(model, pipeline.classes_, threshold)
    names = {inner_name(n): feature.name for n, feature in enumerate(features)}
    names |= dict(zip([output.name for output in model.graph.output], outputs, strict=True))
    return canonical_onnx(model, names)
