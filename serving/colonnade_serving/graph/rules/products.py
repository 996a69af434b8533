"""Products of matrices: the sum must not go over the rows, and rows never meet rows."""

from dataclasses import replace

from ..read import Node
from ..size import ONE, Size
from ..tensor import Inputs, Mixes, Tensor, broadcast, fixed, given, needed
from .rule import Rule


def product(left: Tensor, right: Tensor) -> Tensor:
    """MatMul, as numpy has it: the last two axes are matrices, those before are of a batch. Raises Mixes."""
    a = left if left.rank > 1 else _widened(left, 0)
    b = right if right.rank > 1 else _widened(right, 1)
    batches = [_batch(a), _batch(b)]
    if a.axis == a.rank - 1 or b.axis == b.rank - 2:
        raise Mixes("sums over the rows")
    if a.axis is not None and b.axis is not None and None in (batches[0].axis, batches[1].axis):
        raise Mixes("multiplies rows with rows")
    batch = broadcast(batches)
    axis = batch.axis
    if batches[0].axis is None and a.axis is not None:
        axis = batch.rank
    if batches[1].axis is None and b.axis is not None:
        axis = batch.rank + 1
    shape = [*batch.sizes, a.sizes[-2], b.sizes[-1]]
    if right.rank == 1:
        del shape[-1]
    if left.rank == 1:
        del shape[batch.rank]
        axis = batch.rank if axis == batch.rank + 1 else axis
    return Tensor(tuple(shape), axis)


def matmul(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """MatMul."""
    return (product(needed(inputs, 0), needed(inputs, 1)),)


def matmul_integer(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """MatMulInteger; a zero point of the left side's own rows would be of as many rows as it was made for."""
    _singles(inputs, 2)
    fixed(inputs, 3)
    return (product(needed(inputs, 0), needed(inputs, 1)),)


def matmul_quantised(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """QLinearMatMul: a, its scale and zero point; b, its scale and zero point; the output's."""
    _singles(inputs, 1, 2, 6, 7)
    fixed(inputs, 3, 4, 5)
    return (product(needed(inputs, 0), needed(inputs, 3)),)


def gemm(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Gemm: two matrices, either of them transposed, and what is added to their product."""
    a, b, c = needed(inputs, 0), needed(inputs, 1), given(inputs, 2)
    if a.rank != 2 or b.rank != 2:
        raise Mixes("takes no matrices")
    made = product(
        _turned(a) if node.attribute("transA", 0) else a,
        _turned(b) if node.attribute("transB", 0) else b,
    )
    return (made if c is None else broadcast([made, c]),)


def einsum(node: Node, inputs: Inputs) -> tuple[Tensor, ...]:
    """Einsum without an ellipsis: the letter that stands for the rows must be in the output, and for nothing else."""
    terms, arrow, made = node.attribute("equation", "").replace(" ", "").partition("->")
    tensors = [needed(inputs, at) for at in range(len(inputs))]
    letters = terms.split(",")
    if not arrow or "." in terms or any(len(t) != x.rank for t, x in zip(letters, tensors, strict=True)):
        raise Mixes("has an equation that isn't written out")
    rows = {term[x.axis] for term, x in zip(letters, tensors, strict=True) if x.axis is not None}
    sizes: dict[str, Size] = {}
    for term, x in zip(letters, tensors, strict=True):
        if len(set(term)) < len(term) or any(letter in rows and at != x.axis for at, letter in enumerate(term)):
            raise Mixes("meets the rows with another axis")
        sizes |= {
            letter: size for letter, size in zip(term, x.sizes, strict=True) if size != ONE or letter not in sizes
        }
    if len(rows) > 1 or not rows <= set(made):
        raise Mixes("sums over the rows")
    if len({x.sizes[x.axis] for x in tensors if x.axis is not None}) > 1:
        raise Mixes("meets rows with several slices each with rows that have another number of them")
    return (Tensor(tuple(sizes[letter] for letter in made), made.index(rows.pop()) if rows else None),)


def _widened(tensor: Tensor, at: int) -> Tensor:
    shape = (*tensor.sizes[:at], ONE, *tensor.sizes[at:])
    return Tensor(shape, None if tensor.axis is None else 1 - at)


def _batch(tensor: Tensor) -> Tensor:
    inside = tensor.axis is not None and tensor.axis < tensor.rank - 2
    return Tensor(tensor.sizes[:-2], tensor.axis if inside else None)


def _turned(tensor: Tensor) -> Tensor:
    return replace(tensor, shape=tensor.sizes[::-1], axis=None if tensor.axis is None else 1 - tensor.axis)


def _singles(inputs: Inputs, *places: int) -> None:
    for place in places:
        found = given(inputs, place)
        if found is not None and not found.single:
            raise Mixes(f"has scales or zero points of single rows (input {place})")


RULES: dict[str, Rule] = {
    "Einsum": einsum,
    "Gemm": gemm,
    "MatMul": matmul,
    "MatMulInteger": matmul_integer,
    "QLinearMatMul": matmul_quantised,
}
