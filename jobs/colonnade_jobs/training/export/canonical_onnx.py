"""Canonical names in an ONNX graph: equal models get equal bytes, whatever names the exporter drew."""

from itertools import count

from onnx import GraphProto, ModelProto

PRODUCER = "colonnade"


def canonical_onnx(model: ModelProto, public: dict[str, str]) -> ModelProto:
    """A copy with every inner name replaced by its position; public: new names of inputs and outputs by old name."""
    renamed = ModelProto()
    renamed.CopyFrom(model)
    for field in ("producer_version", "domain", "doc_string", "metadata_props"):
        renamed.ClearField(field)
    renamed.producer_name = PRODUCER
    opsets = sorted(renamed.opset_import, key=lambda opset: opset.domain)
    renamed.ClearField("opset_import")
    renamed.opset_import.extend(opsets)
    _rename(renamed.graph, public, count(), "model")
    return renamed


def _rename(graph: GraphProto, outer: dict[str, str], numbers: "count[int]", name: str) -> None:
    names = dict(outer)
    taken = set(outer.values())

    def number(old: str) -> str:
        if old and old not in names:
            names[old] = next(f"v{n}" for n in numbers if f"v{n}" not in taken)
        return names.get(old, "")

    graph.name = name
    graph.ClearField("doc_string")
    graph.ClearField("value_info")
    for value in graph.input:
        value.name = number(value.name)
    for tensor in graph.initializer:
        tensor.name = number(tensor.name)
    for position, node in enumerate(graph.node):
        node.name = f"{name}.{position}"
        node.ClearField("doc_string")
        for field in (node.input, node.output):
            field[:] = [number(old) for old in field]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _rename(attribute.g, names, numbers, f"{node.name}.{attribute.name}")
    for value in graph.output:
        value.name = number(value.name)
