"""What is known of a tensor before anything runs: its shape, and where in it the rows of a batch lie."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .size import ONE, Shape, Size


class Mixes(Exception):
    """An operator may let the rows of a batch meet; the message says how, after the operator's name."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor that is the same whatever the batch (axis None), or one whose slices along `axis` are the rows' own.

    Along the axis lie as many slices as there are rows, or several for each, one row's after another's; a row's slices
    depend on no other row, nor on how many there are. shape: None where it isn't known, of a constant only.
    values: the elements of a tensor of sizes that has no more than one axis; some may be numbers of rows.
    padding: a text that fills the last axis up to the longest row's end, so that the axis's size is no row's own.
    blocks: how many times all rows lie along the axis, one block of all after another.
    """

    shape: Shape | None
    axis: int | None = None
    values: tuple[Size, ...] | None = None
    padding: str | None = None
    blocks: int = 1

    @property
    def sizes(self) -> Shape:
        """The shape, for who needs it. Raises Mixes when it isn't known."""
        if self.shape is None:
            raise Mixes("takes a tensor whose shape is only known when it runs")
        return self.shape

    @property
    def rank(self) -> int:
        """How many axes it has. Raises Mixes when that isn't known."""
        return len(self.sizes)

    @property
    def counts(self) -> bool:
        """Whether how many rows there are is among its values."""
        return any(value.rows for value in self.values or ())

    @property
    def single(self) -> bool:
        """Whether it is one element that is the same whatever the batch."""
        return self.axis is None and self.shape is not None and all(size == ONE for size in self.shape)


Inputs = Sequence[Tensor | None]


def needed(inputs: Inputs, place: int) -> Tensor:
    """An input that must be given. Raises Mixes when it isn't."""
    if place >= len(inputs) or (found := inputs[place]) is None:
        raise Mixes(f"lacks its input {place}")
    return found


def given(inputs: Inputs, place: int) -> Tensor | None:
    """An input that need not be given."""
    return inputs[place] if place < len(inputs) else None


def fixed(inputs: Inputs, *places: int) -> None:
    """Raises Mixes when one of these inputs is not the same whatever the batch."""
    for place in places:
        found = given(inputs, place)
        if found is not None and found.axis is not None:
            raise Mixes(f"takes its input {place} from the rows")


def whole(axis: int, rank: int) -> int:
    """An axis counted from the front. Raises Mixes when there is no such axis."""
    if not -rank <= axis < rank:
        raise Mixes(f"works on axis {axis} of {rank}")
    return axis % rank


def along(tensor: Tensor, axes: Collection[int], does: str) -> None:
    """Raises Mixes when the rows lie on one of these axes. does: what an operator does along them."""
    if tensor.axis is not None and tensor.axis in axes:
        raise Mixes(f"{does} along axis {tensor.axis}, where the rows are")


def reduced(tensor: Tensor, axes: Collection[int], *, keep: bool) -> Tensor:
    """The tensor with axes, none of them the rows', of size 1, or without them."""
    if keep:
        return Tensor(tuple(ONE if at in axes else size for at, size in enumerate(tensor.sizes)), tensor.axis)
    left = tuple(size for at, size in enumerate(tensor.sizes) if at not in axes)
    return Tensor(left, None if tensor.axis is None else tensor.axis - sum(at < tensor.axis for at in axes))


def broadcast(tensors: Sequence[Tensor]) -> Tensor:
    """What an elementwise operator makes of tensors whose shapes are aligned at their ends. Raises Mixes."""
    rank = max(tensor.rank for tensor in tensors)
    shapes = [(ONE,) * (rank - tensor.rank) + tensor.sizes for tensor in tensors]
    axes = {tensor.axis + rank - tensor.rank for tensor in tensors if tensor.axis is not None}
    if len(axes) > 1:
        raise Mixes(f"meets rows on axis {min(axes)} with rows on axis {max(axes)}")
    shape = tuple(_common([shape[at] for shape in shapes]) for at in range(rank))
    if not axes:
        return Tensor(shape)
    (axis,) = axes
    lengths = {shape[axis] for tensor, shape in zip(tensors, shapes, strict=True) if tensor.axis is not None}
    others = {shape[axis] for tensor, shape in zip(tensors, shapes, strict=True) if tensor.axis is None}
    if len(lengths) > 1:
        raise Mixes("meets rows with several slices each with rows that have another number of them")
    if others - {ONE}:
        raise Mixes(f"meets the rows on axis {axis} with an axis of {max(map(str, others))}")
    return Tensor((*shape[:axis], *lengths, *shape[axis + 1 :]), axis)


def _common(sizes: Sequence[Size]) -> Size:
    """The size of an axis on which tensors of these sizes meet: where one is 1, that of the others."""
    wide = set(sizes) - {ONE}
    if len(wide) <= 1:
        return wide.pop() if wide else ONE
    return next((size for size in wide if size.known is not None), Size.unknown())
