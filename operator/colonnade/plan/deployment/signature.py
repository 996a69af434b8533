"""Whether one model answers what is asked of another: inputs by name, datatype and shape, outputs by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colonnade_api import Signature, TensorGroup

NAMED_AT_MOST = 3


@dataclass(frozen=True)
class Tensor:
    datatype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.datatype} [{', '.join(map(str, self.shape))}]"


def what_is_lost(before: Signature, after: Signature) -> str:
    """What a request that fits `before` can't ask of `after`, in words; empty where each such request fits both."""
    if before.digest == after.digest:
        return ""
    listed = (before.inputs, before.outputs, after.inputs, after.outputs)
    if any(groups is None for groups in listed):
        return "its inputs and outputs are others, and too many to be listed"
    return _some([*_inputs(_tensors(before.inputs), _tensors(after.inputs)), *_outputs(before, after)])


def _inputs(before: dict[str, Tensor], after: dict[str, Tensor]) -> Iterator[str]:
    for name, tensor in before.items():
        found = after.get(name)
        if found is None:
            yield f"input {name} is gone"
        elif found.datatype != tensor.datatype or not _takes(found.shape, tensor.shape):
            yield f"input {name} takes {found} instead of {tensor}"
    for name in (each for each in after if each not in before):
        yield f"input {name} is new"


def _takes(shape: tuple[int, ...], given: tuple[int, ...]) -> bool:
    """Whether every tensor of the one shape is of the other."""
    return len(shape) == len(given) and all(size in (-1, other) for size, other in zip(shape, given, strict=True))


def _outputs(before: Signature, after: Signature) -> Iterator[str]:
    found = _tensors(after.outputs)
    for name, tensor in _tensors(before.outputs).items():
        if name not in found:
            yield f"output {name} is gone"
        elif (found[name].datatype, len(found[name].shape)) != (tensor.datatype, len(tensor.shape)):
            yield f"output {name} is {found[name]} instead of {tensor}"


def _tensors(groups: Sequence[TensorGroup] | None) -> dict[str, Tensor]:
    return {name: Tensor(group.datatype, group.shape) for group in groups or () for name in group.names}


def _some(lost: list[str]) -> str:
    rest = len(lost) - NAMED_AT_MOST
    return ", ".join(lost[:NAMED_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")
