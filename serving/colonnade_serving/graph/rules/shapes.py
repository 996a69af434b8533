"""Operators that only say how the same elements are laid out, and those that make shapes."""

from dataclasses import replace

import numpy as np

from ..read import Node
from ..size import ONE, ROWS, Shape, Size, elements
from ..tensor import Inputs, Mixes, Tensor, along, broadcast, fixed, needed, reduced, whole
from .reductions import axes_of
from .rule import Rule


def reshaped(tensor: Tensor, shape: Shape) -> Tensor:
    """The tensor's elements in another shape, of as many. Raises Mixes unless each row's stay together, in order.

    Before the rows' axis lie as many elements as before: then what lies behind it is a row's own, all of it.
    """
    if tensor.axis is None:
        return Tensor(shape)
    before = elements(tensor.sizes[: tensor.axis]) * Size(tensor.blocks)
    for axis, size in enumerate(shape):
        if size.rows and elements(shape[:axis]) == before and not any(other.rows for other in shape[axis + 1 :]):
            return Tensor(shape, axis)
    raise Mixes(f"lays the rows of a tensor of {_words(tensor.sizes)} out as {_words(shape)}")


def reshape(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Reshape: 0 stands for the input's own size there, -1 for what is left."""
    tensor, target = needed(inputs, 0), needed(inputs, 1)
    if target.values is None:
        raise Mixes("takes a shape that is only known when it runs")
    if tensor.values is not None and len(target.values) < 2:
        return (replace(tensor, shape=tuple(Size(len(tensor.values)) for _ in target.values)),)
    if tensor.counts:
        raise Mixes("computes with how many rows there are")
    shape: list[Size | None] = []
    for at, size in enumerate(target.values):
        copied = size.known == 0 and not node.attribute("allowzero", 0)
        shape.append(None if size.known == -1 else tensor.sizes[at] if copied else size)
    if None not in shape:
        return (reshaped(tensor, tuple(size for size in shape if size is not None)),)
    rest = _rest(tensor, elements(tuple(size for size in shape if size is not None)))
    return (reshaped(tensor, tuple(rest if size is None else size for size in shape)),)


def _rest(tensor: Tensor, others: Size) -> Size:
    """The size that Reshape finds for -1 when all others come to so many elements."""
    total = elements(tensor.sizes)
    if (rest := total.over(others)) is not None:
        return rest
    if others.rows or not total.rows:
        return Size.unknown()  # however large it is, it doesn't grow with the rows
    raise Mixes(f"lays a tensor of {_words(tensor.sizes)} out by {others}")


def flatten(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Flatten: two axes, of the sizes before some axis and of those from there on."""
    tensor = needed(inputs, 0)
    axis = node.attribute("axis", 1)
    axis = axis if axis == tensor.rank else whole(axis, tensor.rank)
    made = reshaped(tensor, (elements(tensor.sizes[:axis]), elements(tensor.sizes[axis:])))
    if tensor.padding is None:
        return (made,)
    if axis != 1 or elements(tensor.sizes[1:-1]) != ONE:
        raise Mixes("lays texts end to end that are filled up to the longest of the batch")
    return (replace(made, padding=tensor.padding),)


def transpose(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Transpose."""
    tensor = needed(inputs, 0)
    order = list(node.attribute("perm") or range(tensor.rank)[::-1])
    axis = None if tensor.axis is None else order.index(tensor.axis)
    return (Tensor(tuple(tensor.sizes[at] for at in order), axis),)


def squeeze(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Squeeze; without axes it takes all of size 1, and of one row that is the rows' too."""
    tensor = needed(inputs, 0)
    axes = {whole(axis, tensor.rank) for axis in axes_of(node, inputs)}
    if not axes:
        if tensor.axis is not None:
            raise Mixes("drops the rows' axis when there is one row")
        raise Mixes("drops axes that are only known when it runs")
    along(tensor, axes, "drops what lies")
    return (replace(reduced(tensor, axes, keep=False), values=tensor.values),)


def unsqueeze(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Unsqueeze."""
    tensor = needed(inputs, 0)
    given_axes = axes_of(node, inputs)
    axes = {whole(axis, tensor.rank + len(given_axes)) for axis in given_axes}
    shape = list(tensor.sizes)
    for axis in sorted(axes):
        shape.insert(axis, ONE)
    places = [at for at in range(len(shape)) if at not in axes]
    values = tensor.values if len(shape) < 2 else None
    if values is None and tensor.counts:
        raise Mixes("computes with how many rows there are")
    return (Tensor(tuple(shape), None if tensor.axis is None else places[tensor.axis], values),)


def expand(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Expand: as if it met a tensor of a given shape."""
    tensor, target = needed(inputs, 0), needed(inputs, 1)
    if target.values is None or any(size.factor < 1 for size in target.values):
        raise Mixes("takes a shape that is only known when it runs")
    return (broadcast([tensor, _filled(target.values)]),)


def tile(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Tile: not along the rows, whose order would be another."""
    tensor, times = needed(inputs, 0), needed(inputs, 1)
    if times.values is None or len(times.values) != tensor.rank:
        raise Mixes("repeats what it gets a number of times that is only known when it runs")
    along(tensor, [at for at, size in enumerate(times.values) if size != ONE], "repeats what lies")
    return (Tensor(tuple(a * b for a, b in zip(tensor.sizes, times.values, strict=True)), tensor.axis),)


def shape_of(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Shape, or a part of it."""
    found = needed(inputs, 0).sizes[slice(node.attribute("start", 0), node.attribute("end"))]
    return (Tensor((Size(len(found)),), None, found),)


def size_of(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Size: the number of elements."""
    return (Tensor((), None, (elements(needed(inputs, 0).sizes),)),)


def constant(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Constant, in whichever attribute it is written."""
    names = ("value", "value_int", "value_ints", "value_float", "value_floats", "value_string", "value_strings")
    for name in names:
        value = node.attribute(name)
        if value is not None:
            return (of_array(np.asarray(value)),)
    return (Tensor(None),)


def filled(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """ConstantOfShape: of as many rows as its shape says, if it does."""
    shape = needed(inputs, 0)
    fixed(inputs, 0)
    return (Tensor(None) if shape.values is None else _filled(shape.values),)


def of_array(array: np.ndarray, most: int = 64) -> Tensor:
    """A constant; its elements are kept when they may be sizes, axes or bounds."""
    small = array.ndim < 2 and array.size <= most and array.dtype.kind in "iub"
    values = tuple(Size(int(value)) for value in array.ravel()) if small else None
    return Tensor(tuple(map(Size, array.shape)), None, values)


def quantised(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """QuantizeLinear and DequantizeLinear: with one scale for all, or one for each place on an axis."""
    tensor, scale = needed(inputs, 0), needed(inputs, 1)
    fixed(inputs, 1, 2)
    if not scale.single and tensor.axis is not None:
        if scale.rank != 1:
            raise Mixes("has scales by blocks")
        along(tensor, [whole(node.attribute("axis", 1), tensor.rank)], "scales")
    return (Tensor(tensor.sizes, tensor.axis),)


def _filled(shape: Shape) -> Tensor:
    """A tensor of one and the same element all over."""
    rows = [at for at, size in enumerate(shape) if size.rows]
    if len(rows) > 1 or any(shape[at].symbols.count(*ROWS.symbols) > 1 for at in rows):
        raise Mixes("makes a tensor of rows times rows")
    return Tensor(shape, rows[0] if rows else None)


def _words(shape: Shape) -> str:
    return f"[{', '.join(map(str, shape))}]"


RULES: dict[str, Rule] = {
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear"), quantised),
    "Constant": constant,
    "ConstantOfShape": filled,
    "Expand": expand,
    "Flatten": flatten,
    "Reshape": reshape,
    "Shape": shape_of,
    "Size": size_of,
    "Squeeze": squeeze,
    "Tile": tile,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
