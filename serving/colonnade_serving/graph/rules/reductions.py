"""Operators that look along some axes of a tensor: none of them may be the rows'."""

from collections.abc import Sequence

from ..read import Node
from ..size import ONE, Size
from ..tensor import Inputs, Mixes, Tensor, along, broadcast, fixed, given, needed, reduced, whole
from .rule import Rule


def softmax(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Along one axis; before opset 13 along this one and all that follow, as if they were one."""
    tensor = needed(inputs, 0)
    first = whole(node.attribute("axis", -1 if node.version >= 13 else 1), tensor.rank)
    along(tensor, [first] if node.version >= 13 else range(first, tensor.rank), "normalises")
    return (Tensor(tensor.sizes, tensor.axis),)


def reduction(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Reduce…: along the axes of an attribute or an input, or without any along all."""
    tensor = needed(inputs, 0)
    axes = axes_of(node, inputs)
    if not axes and node.attribute("noop_with_empty_axes", 0):
        return (Tensor(tensor.sizes, tensor.axis),)
    wanted = {whole(axis, tensor.rank) for axis in axes} or set(range(tensor.rank))
    along(tensor, wanted, "reduces")
    return (reduced(tensor, wanted, keep=bool(node.attribute("keepdims", 1))),)


def axes_of(node: Node, inputs: Inputs) -> Sequence[int]:
    """The axes of an operator that has them as its second input since some opset, and as an attribute before."""
    axes = given(inputs, 1)
    if axes is None:
        return tuple(node.attribute("axes", ()))
    known = [value.known for value in axes.values or ()]
    found = [axis for axis in known if axis is not None]
    if axes.values is None or len(found) < len(known):
        raise Mixes("works along axes that are only known when it runs")
    return found


def extreme(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """ArgMax and ArgMin."""
    tensor = needed(inputs, 0)
    axis = whole(node.attribute("axis", 0), tensor.rank)
    along(tensor, [axis], "looks for an extreme")
    return (reduced(tensor, [axis], keep=bool(node.attribute("keepdims", 1))),)


def top(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """TopK: values and places, along one axis."""
    tensor = needed(inputs, 0)
    fixed(inputs, 1)
    axis = whole(node.attribute("axis", -1), tensor.rank)
    along(tensor, [axis], "sorts")
    k = given(inputs, 1)
    size = k.values[0] if k is not None and k.values else Size(node.attribute("k", 0)) if k is None else Size.unknown()
    shape = tuple(size if at == axis else old for at, old in enumerate(tensor.sizes))
    return (Tensor(shape, tensor.axis),) * 2


def running(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """CumSum, along an axis that is an input."""
    tensor, axis = needed(inputs, 0), needed(inputs, 1)
    if not axis.values or axis.values[0].known is None:
        raise Mixes("runs along an axis that is only known when it runs")
    along(tensor, [whole(axis.values[0].known, tensor.rank)], "adds up")
    return (Tensor(tensor.sizes, tensor.axis),)


def one_axis(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """LpNormalization."""
    tensor = needed(inputs, 0)
    along(tensor, [whole(node.attribute("axis", -1), tensor.rank)], "normalises")
    return (Tensor(tensor.sizes, tensor.axis),)


def mean_variance(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """MeanVarianceNormalization: by default along all axes but the channels'."""
    tensor = needed(inputs, 0)
    along(tensor, [whole(axis, tensor.rank) for axis in node.attribute("axes", [0, 2, 3])], "normalises")
    return (Tensor(tensor.sizes, tensor.axis),)


def layer(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """LayerNormalization and RMSNormalization: along an axis and all that follow; also the means and deviations."""
    tensor = needed(inputs, 0)
    fixed(inputs, 1, 2)
    first = whole(node.attribute("axis", -1), tensor.rank)
    along(tensor, range(first, tensor.rank), "normalises")
    if broadcast([each for each in inputs if each is not None]).rank > tensor.rank:
        raise Mixes("scales by a tensor of more axes than it has")
    told = Tensor((*tensor.sizes[:first], *[ONE] * (tensor.rank - first)), tensor.axis)
    return Tensor(tensor.sizes, tensor.axis), told, told


def triangle(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Trilu: by the places on the last two axes."""
    tensor = needed(inputs, 0)
    fixed(inputs, 1)
    along(tensor, [tensor.rank - 1, tensor.rank - 2], "looks at places")
    return (Tensor(tensor.sizes, tensor.axis),)


REDUCTIONS = ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare")
RULES: dict[str, Rule] = {
    **{f"Reduce{name}": reduction for name in REDUCTIONS},
    **dict.fromkeys(("Softmax", "LogSoftmax", "Hardmax"), softmax),
    **dict.fromkeys(("ArgMax", "ArgMin"), extreme),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization"), layer),
    "CumSum": running,
    "LpNormalization": one_axis,
    "MeanVarianceNormalization": mean_variance,
    "TopK": top,
    "Trilu": triangle,
}
