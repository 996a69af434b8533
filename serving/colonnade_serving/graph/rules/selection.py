"""Operators that put tensors together, take parts of them, or look elements up."""

from ..read import Node
from ..size import Size, elements
from ..tensor import Inputs, Mixes, Tensor, along, fixed, given, needed, whole
from .rule import Rule

TO_THE_END = 2**31 - 1
"""An end from which on Slice takes all that there is, as exporters write it."""


def concat(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Concat, on another axis than the rows'; of lists of sizes too."""
    tensors = [tensor for tensor in inputs if tensor is not None]
    rank = tensors[0].rank
    axis = whole(node.attribute("axis", 0), rank)
    if any(tensor.counts for tensor in tensors):
        lists = [tensor.values for tensor in tensors]
        if rank != 1 or None in lists:
            raise Mixes("computes with how many rows there are")
    joined = [value for tensor in tensors for value in tensor.values or ()]
    carrying = {(tensor.axis, tensor.sizes[tensor.axis]) for tensor in tensors if tensor.axis is not None}
    if len(carrying) > 1 or (carrying and any(tensor.axis is None for tensor in tensors)):
        raise Mixes("puts rows beside what is no row")
    if tensors[0].axis == axis:
        size = tensors[0].sizes[axis] * Size(len(tensors))
        return (Tensor((*tensors[0].sizes[:axis], size, *tensors[0].sizes[axis + 1 :]), axis, blocks=len(tensors)),)
    known = [tensor.sizes[axis].known for tensor in tensors]
    size = Size(sum(n for n in known if n is not None)) if None not in known else Size.unknown()
    shape = tuple(size if at == axis else old for at, old in enumerate(tensors[0].sizes))
    listed = rank == 1 and all(tensor.values is not None for tensor in tensors)
    return (Tensor(shape, tensors[0].axis, tuple(joined) if listed else None),)


def split(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Split, on another axis than the rows'."""
    tensor = needed(inputs, 0)
    fixed(inputs, 1)
    axis = whole(node.attribute("axis", 0), tensor.rank)
    along(tensor, [axis], "splits")
    count = len(node.outputs)
    told = given(inputs, 1)
    sizes = list(told.values or ()) if told else [Size(size) for size in node.attribute("split", ())]
    if len(sizes) != count:
        even = tensor.sizes[axis].over(Size(count)) if told is None else None
        sizes = [even or Size.unknown() for _ in range(count)]
    return tuple(Tensor((*tensor.sizes[:axis], size, *tensor.sizes[axis + 1 :]), tensor.axis) for size in sizes)


def slice_(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Slice: of the rows all or nothing."""
    tensor = needed(inputs, 0)
    if node.version < 10:
        starts, ends = _numbers(node.attribute("starts")), _numbers(node.attribute("ends"))
        axes, steps = _numbers(node.attribute("axes")), None
    else:
        fixed(inputs, 1, 2, 3, 4)
        starts, ends, axes, steps = (_known(given(inputs, place)) for place in (1, 2, 3, 4))
    if axes is None:
        if given(inputs, 3) is not None or starts is None:
            raise Mixes("cuts along axes that are only known when it runs")
        axes = list(range(len(starts)))
    shape = list(tensor.sizes)
    values = tensor.values
    for at, axis in enumerate(whole(axis, tensor.rank) for axis in axes):
        start, end = starts[at] if starts else None, ends[at] if ends else None
        step = 1 if given(inputs, 4) is None else steps[at] if steps else None
        if start == 0 and step == 1 and end is not None and end >= TO_THE_END:
            continue
        along(tensor, [axis], "cuts")
        if start is None or end is None or step is None:
            if tensor.counts:
                raise Mixes("computes with how many rows there are")
            shape[axis], values = Size.unknown(), None
            continue
        part = slice(start, end if step > 0 or end >= -TO_THE_END else None, step)
        size = shape[axis].known
        shape[axis] = Size.unknown() if size is None else Size(len(range(size)[part]))
        values = None if values is None else values[part]
    return (Tensor(tuple(shape), tensor.axis, values),)


def gather(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Gather: places of an axis that isn't the rows', or rows that look up a constant."""
    data, places = needed(inputs, 0), needed(inputs, 1)
    axis = whole(node.attribute("axis", 0), data.rank)
    along(data, [axis], "picks places")
    if data.axis is not None and places.axis is not None:
        raise Mixes("looks rows up in rows")
    if data.values is not None and (picked := _picked(data.values, places)) is not None:
        return (Tensor(places.shape, None, picked),)
    if data.counts:
        raise Mixes("computes with how many rows there are")
    shape = (*data.sizes[:axis], *places.sizes, *data.sizes[axis + 1 :])
    if places.axis is not None:
        return (Tensor(shape, axis + places.axis),)
    shift = places.rank - 1 if data.axis is not None and data.axis > axis else 0
    return (Tensor(shape, None if data.axis is None else data.axis + shift),)


def gather_elements(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """GatherElements: each place along one axis, at its own place along the others."""
    data, places = needed(inputs, 0), needed(inputs, 1)
    axis = whole(node.attribute("axis", 0), places.rank)
    if data.axis is None and places.axis == axis:
        return (Tensor(places.sizes, places.axis),)
    _beside(data, places)
    along(data, [axis], "picks places")
    return (Tensor(places.sizes, places.axis),)


def scatter_elements(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """ScatterElements, within each row."""
    data, places, updates = needed(inputs, 0), needed(inputs, 1), needed(inputs, 2)
    _beside(data, places)
    _beside(data, updates)
    along(data, [whole(node.attribute("axis", 0), data.rank)], "puts elements")
    return (Tensor(data.sizes, data.axis),)


def gather_nd(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """GatherND: rows that look up a constant, or each in itself."""
    data, places = needed(inputs, 0), needed(inputs, 1)
    depth = places.sizes[-1].known
    together = node.attribute("batch_dims", 0)
    if depth is None or (places.axis is not None and places.axis == places.rank - 1):
        raise Mixes("looks up places that are only known when it runs")
    if data.axis is None and not together:
        return (Tensor((*places.sizes[:-1], *data.sizes[depth:]), places.axis),)
    if data.axis is None or data.axis >= together:
        raise Mixes("looks rows up in rows")
    _beside(data, places)
    return (Tensor((*places.sizes[:-1], *data.sizes[together + depth :]), places.axis),)


def one_hot(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """OneHot: an axis more, of as many places as there are classes."""
    places, depth = needed(inputs, 0), needed(inputs, 1)
    fixed(inputs, 1, 2)
    axis = whole(node.attribute("axis", -1), places.rank + 1)
    size = depth.values[0] if depth.values else Size.unknown()
    at = None if places.axis is None else places.axis + (axis <= places.axis)
    return (Tensor((*places.sizes[:axis], size, *places.sizes[axis:]), at),)


def pad(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Pad, on other axes than the rows'."""
    tensor = needed(inputs, 0)
    fixed(inputs, 1, 2, 3)
    pads = _numbers(node.attribute("pads")) if node.version < 11 else _known(given(inputs, 1))
    told = given(inputs, 3)
    axes = list(range(tensor.rank)) if told is None else _known(told)
    if pads is None or axes is None or len(pads) != 2 * len(axes):
        raise Mixes("adds places to axes that are only known when it runs")
    shape = list(tensor.sizes)
    for at, axis in enumerate(whole(axis, tensor.rank) for axis in axes):
        more = pads[at], pads[at + len(axes)]
        if any(more):
            along(tensor, [axis], "adds places")
            size = shape[axis].known
            shape[axis] = Size.unknown() if size is None else Size(size + sum(more))
    return (Tensor(tuple(shape), tensor.axis),)


def picked_features(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """ArrayFeatureExtractor: places of the last axis, however the list of them is shaped."""
    data, places = needed(inputs, 0), needed(inputs, 1)
    along(data, [data.rank - 1], "picks places")
    if data.axis is not None and places.axis is not None:
        raise Mixes("looks rows up in rows")
    before = (Size(1),) if data.rank == 1 else data.sizes[:-1]
    count = elements(places.sizes)
    if places.axis is None:
        return (Tensor((*before, count), data.axis),)
    if elements(places.sizes[: places.axis]) != Size(1):
        raise Mixes("puts the elements of several rows one after another")
    return (Tensor((*before, count), len(before)),)


def _beside(data: Tensor, places: Tensor) -> None:
    """Raises Mixes unless both have their rows at the same places."""
    lengths = [None if each.axis is None else each.sizes[each.axis] for each in (data, places)]
    if data.axis != places.axis or lengths[0] != lengths[1]:
        raise Mixes("meets rows with what isn't theirs")


def _picked(values: tuple[Size, ...], places: Tensor) -> tuple[Size, ...] | None:
    known = _known(places)
    if known is None or not all(-len(values) <= at < len(values) for at in known):
        return None
    return tuple(values[at] for at in known)


def _known(tensor: Tensor | None) -> list[int] | None:
    if tensor is None or tensor.values is None:
        return None
    found = [value.known for value in tensor.values]
    return [value for value in found if value is not None] if None not in found else None


def _numbers(attribute: list[int] | None) -> list[int] | None:
    return None if attribute is None else list(attribute)


RULES: dict[str, Rule] = {
    "Concat": concat,
    "Gather": gather,
    "GatherElements": gather_elements,
    "GatherND": gather_nd,
    "OneHot": one_hot,
    "Pad": pad,
    "ScatterElements": scatter_elements,
    "Slice": slice_,
    "Split": split,
    "ai.onnx.ml.ArrayFeatureExtractor": picked_features,
}
