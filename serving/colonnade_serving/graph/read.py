"""An ONNX file as a graph of nodes. Weights that lie in files beside it are left there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

# onnx takes 0.3 s and 13 MB to import, which a process that loads no model doesn't need.

MOST_ELEMENTS = 4096
"""A constant with more isn't looked at: it is a weight, and no shape, axis or bound."""


@dataclass(frozen=True)
class Node:
    """operator: `Softmax`, or with its domain `ai.onnx.ml.Scaler` where that isn't ONNX's own. version: the opset's."""

    operator: str
    version: int
    proto: "NodeProto" = field(repr=False)

    @property
    def name(self) -> str:
        """The node's own, or that of its first output, which always has one."""
        return self.proto.name or next(iter(self.proto.output), "")

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of tensors; empty for an optional one that isn't given."""
        return tuple(self.proto.input)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of tensors; empty for one that nobody wants."""
        return tuple(self.proto.output)

    def attribute(self, name: str, default: Any = None) -> Any:
        """An attribute as Python has it: texts as str, tensors as arrays, graphs as onnx.GraphProto."""
        from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

        for attribute in self.proto.attribute:
            if attribute.name == name:
                value = helper.get_attribute_value(attribute)
                if isinstance(value, TensorProto):
                    return numpy_helper.to_array(value)
                return value.decode(errors="replace") if isinstance(value, bytes) else value
        return default


@dataclass(frozen=True)
class Graph:
    """inputs: the shape of each by name, None where it has no rank; a dimension is an int, or None for any size.

    constants: initializers by name. An input that has one too is not among inputs: it need not be given.
    opsets: the version by domain ("" is ONNX's own). A function that the model defines is a node of its name.
    """

    nodes: tuple[Node, ...]
    inputs: dict[str, tuple[int | None, ...] | None]
    outputs: tuple[str, ...]
    constants: dict[str, "Constant"]
    opsets: dict[str, int]

    @classmethod
    def of(cls, model: "ModelProto") -> "Graph":
        """A model's main graph."""
        opsets = {_domain(opset.domain): opset.version for opset in model.opset_import}
        graph = model.graph
        constants = {tensor.name: Constant(tensor) for tensor in graph.initializer}
        return cls(
            tuple(_nodes(graph, opsets)),
            {value.name: _shape(value) for value in graph.input if value.name not in constants},
            tuple(value.name for value in graph.output),
            constants,
            opsets,
        )

    def body(self, graph: "GraphProto") -> "Graph":
        """A node's subgraph, an attribute of it, with the opsets of this one."""
        constants = {tensor.name: Constant(tensor) for tensor in graph.initializer}
        shapes = {value.name: _shape(value) for value in graph.input}
        outputs = tuple(value.name for value in graph.output)
        return Graph(tuple(_nodes(graph, self.opsets)), shapes, outputs, constants, self.opsets)


@dataclass(frozen=True)
class Constant:
    """An initializer. Its elements are only read when they are few and in the file itself."""

    proto: "TensorProto" = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its dimensions."""
        return tuple(self.proto.dims)

    @property
    def array(self) -> np.ndarray | None:
        """Its elements; None when they are many, or lie elsewhere."""
        from onnx import TensorProto, numpy_helper  # noqa: PLC0415

        if self.proto.data_location == TensorProto.EXTERNAL or np.prod(self.shape, dtype=float) > MOST_ELEMENTS:
            return None
        return numpy_helper.to_array(self.proto)


def inlined(model: "ModelProto") -> "ModelProto":
    """The model with the nodes of its functions in place of them, where it defines any."""
    if not model.functions:
        return model
    from onnx import inliner  # noqa: PLC0415

    return inliner.inline_local_functions(model)


def _nodes(graph: "GraphProto", opsets: dict[str, int]) -> Iterator[Node]:
    for node in graph.node:
        yield Node(_operator(node.domain, node.op_type), opsets.get(_domain(node.domain), 1), node)


def _operator(domain: str, name: str) -> str:
    return f"{_domain(domain)}.{name}" if _domain(domain) else name


def _domain(domain: str) -> str:
    return "" if domain == "ai.onnx" else domain


def _shape(value: Any) -> tuple[int | None, ...] | None:
    kind = value.type.tensor_type
    if not kind.HasField("shape"):
        return None
    return tuple(size.dim_value if size.HasField("dim_value") else None for size in kind.shape.dim)
