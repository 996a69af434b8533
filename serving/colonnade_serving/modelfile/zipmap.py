"""Classifiers as scikit-learn's, XGBoost's and LightGBM's exporters write them: ZipMap makes of each row a dictionary.

The Open Inference Protocol has no dictionaries. Without the ZipMap the output is the tensor of probabilities that it
was made from, a column a class in the order of the ZipMap's labels.
onnx.ai/onnx/operators/onnx_aionnxml_ZipMap.html.
"""

from collections.abc import Mapping

from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper

from .errors import ModelInvalid

ML = "ai.onnx.ml"
OPSET_WITH_IDENTITY = 13

Classes = tuple[int | str, ...]


def without_zipmaps(model: ModelProto) -> dict[str, Classes]:
    """Has each output that a ZipMap makes be the tensor that it takes, FLOAT [-1, classes], under the output's name.

    Changes model. Returns the classes in the order of the columns, by output; none where there was nothing to change.
    """
    makers = {name: node for node in model.graph.node for name in node.output}
    found = {output.name: zipmap for output in model.graph.output if (zipmap := _zipmap(output.name, makers))}
    classes = {name: _classes(zipmap) for name, zipmap in found.items()}
    for output in model.graph.output:
        if output.name in classes:
            _become_tensor(output, len(classes[output.name]))
    for zipmap in found.values():
        _pass_on(zipmap)
    if found and not any(opset.domain in ("", "ai.onnx") for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid("", OPSET_WITH_IDENTITY))
    return classes


def check_columns(classes: Mapping[str, Classes], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raises ModelInvalid where a ZipMap's tensor has no column a class: a forest's of several targets has none.

    shapes: of the outputs, by name, as the graph was found to have them.
    """
    for name, labels in classes.items():
        if len(shapes[name]) != 2 or shapes[name][1] not in (-1, len(labels)):
            raise ModelInvalid(
                f"output {name} is made by a ZipMap of {len(labels)} classes from a tensor {list(shapes[name])}, where "
                "[rows, classes] is wanted: export without it, options={'zipmap': False}"
            )


def _zipmap(name: str, makers: Mapping[str, NodeProto]) -> NodeProto | None:
    """The ZipMap whose output this is, whatever copies of it were made on the way."""
    node = makers.get(name)
    while node is not None and node.op_type == "Identity":
        node = makers.get(node.input[0])
    return node if node is not None and _is_zipmap(node) else None


def _is_zipmap(node: NodeProto) -> bool:
    return node.op_type == "ZipMap" and node.domain == ML


def _classes(zipmap: NodeProto) -> Classes:
    labels = {attribute.name: attribute for attribute in zipmap.attribute}
    if words := labels.get("classlabels_strings"):
        return tuple(label.decode() for label in words.strings)
    return tuple(labels["classlabels_int64s"].ints) if "classlabels_int64s" in labels else ()


def _become_tensor(output: ValueInfoProto, columns: int) -> None:
    output.type.CopyFrom(helper.make_tensor_type_proto(TensorProto.FLOAT, [None, columns]))


def _pass_on(zipmap: NodeProto) -> None:
    zipmap.op_type = "Identity"
    zipmap.domain = ""
    zipmap.ClearField("attribute")
