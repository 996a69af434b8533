"""Whether a model treats the rows of a batch apart: the rows' axis is followed through the graph, node by node."""

import logging
from collections import ChainMap
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .read import Constant, Graph, Node, inlined
from .rules import COUNTING, IN_BLOCKS, PADDED, RULES, WHOLE_BATCH
from .rules.shapes import of_array
from .size import ROWS, Size
from .tensor import Mixes, Tensor, whole

if TYPE_CHECKING:
    from onnx import ModelProto

log = logging.getLogger(__name__)

OPSETS = {"": range(7, 27), "ai.onnx.ml": range(1, 6), "com.microsoft": range(1, 2)}
"""The versions that the rules were written for."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why rows must not be batched. node, operator: whose doing that is; empty where it is no node's."""

    why: str
    node: str = ""
    operator: str = ""

    def __str__(self) -> str:
        return f"node {self.node} ({self.operator}) {self.why}" if self.operator else self.why


Known = Tensor | Objection
"""What is known of a tensor, or why nothing is."""


def objection(model: "ModelProto") -> Objection | None:
    """Why the model's answers to a row may depend on the other rows of its batch; None when they are known not to."""
    try:
        graph = Graph.of(inlined(model))
        known: dict[str, Known] = {name: _input(name, shape) for name, shape in graph.inputs.items()}
        follow(graph, known)
        return next((found for name in graph.outputs if (found := _output(name, known.get(name)))), None)
    except Exception as error:
        log.exception("a model's graph could not be looked at")
        return Objection(f"the graph could not be looked at: {error}")


def follow(graph: Graph, known: MutableMapping[str, Known]) -> None:
    """Adds what is known of a graph's tensors to what is known of its inputs."""
    for name, constant in graph.constants.items():
        known[name] = _constant(constant)
    for node in graph.nodes:
        made = _made(graph, node, known)
        for at, name in enumerate(node.outputs):
            if isinstance(made, Objection):
                known[name] = made
            elif name:
                known[name] = (
                    made[at] if at < len(made) else _objects(node, f"has an output {at} of which nothing is known")
                )


def _made(graph: Graph, node: Node, known: MutableMapping[str, Known]) -> tuple[Tensor, ...] | Objection:
    inputs: list[Tensor | None] = []
    for name in node.inputs:
        found = known.get(name) if name else None
        if isinstance(found, Objection):
            return found
        if name and found is None:
            return _objects(node, f"reads {name}, of which nothing is known")
        inputs.append(found)
    try:
        if node.operator == "Scan":
            return _scan(graph, node, inputs, known)
        _check(node, inputs)
        return RULES[node.operator](node, inputs)
    except Mixes as mixes:
        constant = node.operator in RULES and all(each is None or each.axis is None for each in inputs)
        if constant and not any(each and (each.counts or each.padding is not None) for each in inputs):
            return (Tensor(None),) * len(node.outputs)
        return _objects(node, str(mixes))


def _check(node: Node, inputs: list[Tensor | None]) -> None:
    domain = node.operator.rpartition(".")[0]
    if node.operator not in RULES:
        raise Mixes(WHOLE_BATCH.get(node.operator, "isn't known to treat rows apart"))
    if node.version not in OPSETS[domain]:
        raise Mixes(f"is of opset {node.version}, which isn't known to treat rows apart")
    for place, tensor in enumerate(inputs):
        if tensor is None:
            continue
        if tensor.counts and place not in COUNTING.get(node.operator, ()):
            raise Mixes("computes with how many rows there are")
        if tensor.padding is not None and node.operator not in PADDED:
            raise Mixes("takes texts that are filled up to the longest of the batch")
        if tensor.blocks > 1 and node.operator not in IN_BLOCKS:
            raise Mixes("takes rows one after another, several times all of them")


def _scan(
    graph: Graph, node: Node, inputs: list[Tensor | None], known: MutableMapping[str, Known]
) -> tuple[Tensor, ...] | Objection:
    """Scan over something that is no row's, such as the examples that a neighbour is looked for among.

    Its states must keep their rows where they were. What a step makes of rows is stacked along one more axis.
    """
    given = [tensor for tensor in inputs if tensor is not None]
    scanned = node.attribute("num_scan_inputs")
    states, steps = given[: len(given) - scanned], given[len(given) - scanned :]
    body = graph.body(node.attribute("body"))
    axes = [
        whole(axis, step.rank)
        for axis, step in zip(node.attribute("scan_input_axes") or [0] * scanned, steps, strict=True)
    ]
    if any(each.counts or each.padding is not None or each.blocks > 1 for each in given) or node.version < 9:
        raise Mixes("isn't known to treat rows apart")
    if any(step.axis == axis for step, axis in zip(steps, axes, strict=True)):
        raise Mixes("goes from row to row")
    inner: dict[str, Known] = dict(
        zip(body.inputs, [*states, *(_step(step, axis) for step, axis in zip(steps, axes, strict=True))], strict=True)
    )
    follow(body, ChainMap(inner, known))
    found = [inner.get(name, known.get(name)) for name in body.outputs]
    length = steps[0].sizes[axes[0]]
    outer = node.attribute("scan_output_axes") or [0] * (len(found) - len(states))
    made: list[Tensor] = []
    for at, tensor in enumerate(found):
        if isinstance(tensor, Objection):
            return tensor
        if tensor is None or tensor.counts or tensor.padding is not None or tensor.blocks > 1:
            raise Mixes("makes something of which nothing is known")
        if at >= len(states):
            made.append(_stacked(tensor, outer[at - len(states)], length))
        elif (tensor.shape, tensor.axis) != (states[at].shape, states[at].axis):
            raise Mixes("has a state that changes its shape")
        else:
            made.append(tensor)
    return tuple(made)


def _step(tensor: Tensor, axis: int) -> Tensor:
    at = None if tensor.axis is None else tensor.axis - (axis < tensor.axis)
    return Tensor((*tensor.sizes[:axis], *tensor.sizes[axis + 1 :]), at)


def _stacked(tensor: Tensor, axis: int, length: Size) -> Tensor:
    axis = whole(axis, tensor.rank + 1)
    at = None if tensor.axis is None else tensor.axis + (axis <= tensor.axis)
    return Tensor((*tensor.sizes[:axis], length, *tensor.sizes[axis:]), at)


def _input(name: str, shape: tuple[int | None, ...] | None) -> Known:
    if not shape or shape[0] is not None:
        return Objection(
            f"input {name} has no axis of rows in front" if not shape else f"input {name} is of {shape[0]} rows"
        )
    return Tensor((ROWS, *[Size.unknown() if size is None else Size(size) for size in shape[1:]]), 0)


def _output(name: str, found: Known | None) -> Objection | None:
    if isinstance(found, Objection):
        return found
    if found is None or found.axis is None or found.counts:
        return Objection(f"output {name} doesn't come of the rows")
    if found.axis != 0 or found.sizes[0] != ROWS:
        return Objection(f"output {name} has its rows on axis {found.axis}, {found.sizes[found.axis]} of them")
    return Objection(f"output {name} is filled up to the batch's longest text") if found.padding is not None else None


def _constant(constant: Constant) -> Tensor:
    array = constant.array
    return Tensor(tuple(map(Size, constant.shape))) if array is None else of_array(array)


def _objects(node: Node, why: str) -> Objection:
    return Objection(why, node.name, node.operator)
