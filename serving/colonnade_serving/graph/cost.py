"""Whether what a run costs is known before it runs: from the rows alone, or from what the request holds as well."""

import logging
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from .read import Graph, Node, inlined

if TYPE_CHECKING:
    from onnx import ModelProto

log = logging.getLogger(__name__)

STRING = 8
"""onnx.TensorProto.STRING."""
KNOWN_DOMAINS = ("", "ai.onnx.ml", "com.microsoft")
SIZED_BY_ELEMENTS = frozenset(
    ("Compress", "ImageDecoder", "MaxRoiPool", "NonMaxSuppression", "NonZero", "RoiAlign", "Unique")
)
"""Their work, or the size of what they give, hangs on their inputs' elements."""
SIZES: dict[str, tuple[int, ...]] = {
    "AffineGrid": (1,),
    "BlackmanWindow": (0,),
    "CenterCropPad": (1,),
    "ConstantOfShape": (0,),
    "DFT": (1,),
    "Expand": (1,),
    "HammingWindow": (0,),
    "HannWindow": (0,),
    "MaxUnpool": (2,),
    "MelWeightMatrix": (0, 1, 2, 3, 4),
    "OneHot": (1,),
    "Pad": (1,),
    "Range": (0, 1, 2),
    "Resize": (1, 2, 3),
    "STFT": (1, 3),
    "Tile": (1,),
    "Upsample": (1,),
    "com.microsoft.Pad": (1,),
    "com.microsoft.Range": (0, 1, 2),
}
"""By operator, which of its inputs say how large its output is."""
TEXT_COPIES = frozenset(
    (
        *("Concat", "Expand", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Split", "Squeeze", "Transpose"),
        *("Unsqueeze", "Where", "ai.onnx.ml.ArrayFeatureExtractor"),
    )
)
TEXT_LOOKUPS = frozenset(
    ("Equal", "ai.onnx.ml.CategoryMapper", "ai.onnx.ml.LabelEncoder", "ai.onnx.ml.OneHotEncoder", "Shape", "Size")
)
"""A text is hashed or compared: that takes less than to read it from the request."""


def why_unpredictable(model: "ModelProto") -> str | None:
    """Why a run of so many rows may take any time, in words; None when its rows say what it takes."""
    try:
        return next(_reasons(inlined(model)), None)
    except Exception as error:
        log.exception("a model's graph could not be looked at")
        return f"the graph could not be looked at: {error}"


def _reasons(model: "ModelProto") -> Iterator[str]:
    graph = Graph.of(model)
    given = {value.name: value.type.tensor_type for value in model.graph.input if _is_given(model, graph, value.name)}
    for name, kind in given.items():
        if any(not size.HasField("dim_value") for size in kind.shape.dim[1:]) or not kind.HasField("shape"):
            yield f"input {name} has dimensions of any size"
    elements = set(given)
    """Tensors whose elements the request decides, and not its shapes alone."""
    carrying = {name for name, kind in given.items() if kind.elem_type == STRING}
    """Tensors of texts that the request decides."""
    for node in graph.nodes:
        if objection := _objection(node, elements, carrying):
            yield f"node {node.name} ({node.operator}) {objection}"
        if node.operator not in ("Shape", "Size") and elements.intersection(node.inputs):
            elements.update(filter(None, node.outputs))
        if node.operator in TEXT_COPIES and carrying.intersection(node.inputs):
            carrying.update(filter(None, node.outputs))


def _is_given(model: "ModelProto", graph: Graph, name: str) -> bool:
    """Whether requests give this input, or may: one with a value of its own is a constant before version 4."""
    return name not in graph.constants or model.ir_version >= 4


def _objection(node: Node, elements: Collection[str], carrying: Collection[str]) -> str | None:
    domain, _, _ = node.operator.rpartition(".")
    if domain not in KNOWN_DOMAINS:
        return "may do anything"
    if any(attribute.HasField("g") or attribute.graphs for attribute in node.proto.attribute):
        return "runs other nodes, or none, as often as its inputs say"
    if node.operator in SIZED_BY_ELEMENTS:
        return "works as long as its inputs' elements say"
    inputs = node.inputs
    if any(inputs[at] in elements for at in SIZES.get(node.operator, ()) if at < len(inputs)):
        return "makes as much as its inputs' elements say"
    if any(name in carrying for name in inputs) and node.operator not in TEXT_COPIES | TEXT_LOOKUPS:
        return "reads texts of any length"
    return None
