"""Convolutions, pools and normalisations of pictures: the first axis is a batch's, and its entries never meet."""

from collections.abc import Sequence

from ..read import Node
from ..size import ONE, Size
from ..tensor import Inputs, Mixes, Tensor, fixed, needed
from .rule import Rule


def batch(inputs: Inputs, least: int = 2) -> Tensor:
    """The first input, with the rows on its first axis and nowhere else. Raises Mixes."""
    tensor = needed(inputs, 0)
    fixed(inputs, *range(1, len(inputs)))
    if tensor.axis not in (None, 0) or tensor.rank < least:
        raise Mixes(f"takes axis 0 for a batch's, but the rows are on axis {tensor.axis} of {tensor.rank}")
    return tensor


def convolution(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Conv and ConvInteger."""
    return (_convolved(node, batch(inputs, 3), needed(inputs, 1)),)


def convolution_quantised(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """QLinearConv: x, its scale and zero point; weights, their scale and zero point; the output's."""
    return (_convolved(node, batch(inputs, 3), needed(inputs, 3)),)


def transposed(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """ConvTranspose."""
    tensor = batch(inputs, 3)
    channels = needed(inputs, 1).sizes[1] * Size(node.attribute("group", 1))
    return (Tensor((tensor.sizes[0], channels, *[Size.unknown() for _ in tensor.sizes[2:]]), tensor.axis),)


def pool(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """MaxPool, AveragePool, LpPool. MaxPool's places, its other output, count through all of the batch."""
    tensor = batch(inputs, 3)
    kernel = [Size(size) for size in node.attribute("kernel_shape", ())]
    return (Tensor((*tensor.sizes[:2], *_windows(node, tensor.sizes[2:], kernel)), tensor.axis),)


def pool_all(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """GlobalMaxPool and the like."""
    tensor = batch(inputs, 3)
    return (Tensor((*tensor.sizes[:2], *[ONE] * (tensor.rank - 2)), tensor.axis),)


def normalisation(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Of each batch entry by itself: InstanceNormalization, GroupNormalization, LRN."""
    tensor = batch(inputs, 3)
    return (Tensor(tensor.sizes, tensor.axis),)


def batch_normalisation(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """By what training found. In training itself it normalises by the batch."""
    if node.attribute("training_mode", 0) or sum(map(bool, node.outputs)) > 1:
        raise Mixes("normalises by the batch (training_mode)")
    tensor = batch(inputs)
    return (Tensor(tensor.sizes, tensor.axis),)


def rearranged(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """DepthToSpace and SpaceToDepth."""
    tensor = batch(inputs, 4)
    return (Tensor((tensor.sizes[0], *[Size.unknown() for _ in tensor.sizes[1:]]), tensor.axis),)


def _convolved(node: Node, tensor: Tensor, weights: Tensor) -> Tensor:
    filters, _, *kernel = weights.sizes
    return Tensor((tensor.sizes[0], filters, *_windows(node, tensor.sizes[2:], kernel)), tensor.axis)


def _windows(node: Node, sizes: Sequence[Size], kernel: Sequence[Size]) -> list[Size]:
    """How many windows fit on each axis, as far as that is known before."""
    axes = len(sizes)
    steps = node.attribute("strides") or [1] * axes
    pads = node.attribute("pads") or [0] * (2 * axes)
    wide = node.attribute("dilations") or [1] * axes
    fill = node.attribute("auto_pad", "NOTSET")
    found = []
    for at, (size, window) in enumerate(zip(sizes, kernel, strict=True)):
        if size.known is None or window.known is None or node.attribute("ceil_mode", 0):
            found.append(Size.unknown())
        elif fill.startswith("SAME"):
            found.append(Size(-(-size.known // steps[at])))
        else:
            padded = size.known + (0 if fill == "VALID" else pads[at] + pads[at + axes])
            found.append(Size((padded - (window.known - 1) * wide[at] - 1) // steps[at] + 1))
    return found


RULES: dict[str, Rule] = {
    **dict.fromkeys(("Conv", "ConvInteger"), convolution),
    **dict.fromkeys(("MaxPool", "AveragePool", "LpPool"), pool),
    **dict.fromkeys(("GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"), pool_all),
    **dict.fromkeys(("InstanceNormalization", "GroupNormalization", "LRN"), normalisation),
    **dict.fromkeys(("DepthToSpace", "SpaceToDepth"), rearranged),
    "BatchNormalization": batch_normalisation,
    "ConvTranspose": transposed,
    "QLinearConv": convolution_quantised,
}
