"""What a model takes and gives, as the operator holds one version against another."""

from collections.abc import Sequence
from typing import Any

from colonnade_api.stored import canonical_json
from colonnade_serving import digests
from colonnade_serving.bundle import TensorSignature

Group = dict[str, Any]
MOST_GROUPS, MOST_NAMES, LONGEST_NAME = 128, 512, 253
"""What the API holds; a signature beyond it is told by its digest alone."""


def described(inputs: Sequence[TensorSignature], outputs: Sequence[TensorSignature]) -> dict[str, Any]:
    """Tensors that are alike in one group, and a digest that is equal where all of them are, in whatever order."""
    sides = {"inputs": _grouped(inputs), "outputs": _grouped(outputs)}
    found: dict[str, Any] = {"digest": digests.of_bytes(canonical_json(sides))}
    return found | (sides if all(map(_fits, sides.values())) else {})


def _grouped(tensors: Sequence[TensorSignature]) -> list[Group]:
    alike: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for tensor in sorted(tensors, key=lambda each: each.name):
        alike.setdefault((tensor.datatype, tuple(tensor.shape)), []).append(tensor.name)
    return [
        {"datatype": datatype, "shape": list(shape), "names": names}
        for (datatype, shape), names in sorted(alike.items())
    ]


def _fits(groups: list[Group]) -> bool:
    names = [name for group in groups for name in group["names"]]
    longest = max(map(len, names), default=0)
    return len(groups) <= MOST_GROUPS and len(names) <= MOST_NAMES and longest <= LONGEST_NAME and "" not in names
