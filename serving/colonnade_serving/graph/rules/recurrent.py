"""Recurrent layers: steps along the first axis, the batch along the second."""

from ..read import Node
from ..size import Size
from ..tensor import Inputs, Mixes, Tensor, fixed, given, needed
from .rule import Rule


def recurrent(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """RNN, GRU, LSTM: all steps, and the last ones."""
    tensor, weights = needed(inputs, 0), needed(inputs, 1)
    fixed(inputs, 1, 2, 3, 7)
    if node.attribute("layout", 0) or tensor.axis not in (None, 1):
        raise Mixes(f"takes axis 1 for a batch's, but the rows are on axis {tensor.axis} of {tensor.rank}")
    carries = tensor.axis is not None
    for place, at in ((4, 0), (5, 1), (6, 1)):
        state = given(inputs, place)
        if state is not None and (state.axis != (at if carries else None) or state.sizes[at] != tensor.sizes[1]):
            raise Mixes("starts from a state that isn't the rows' own")
    directions, hidden = weights.sizes[0], Size(node.attribute("hidden_size", 1))
    last = Tensor((directions, tensor.sizes[1], hidden), 1 if carries else None)
    steps = Tensor((tensor.sizes[0], directions, tensor.sizes[1], hidden), 2 if carries else None)
    return steps, last, last


RULES: dict[str, Rule] = dict.fromkeys(("RNN", "GRU", "LSTM"), recurrent)
