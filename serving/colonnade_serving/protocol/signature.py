"""What a model takes and gives, looked up by name on every request."""

from collections.abc import Collection, Iterable, Sized
from dataclasses import dataclass, field
from typing import Final, Protocol

from ..datatypes import NUMPY
from . import malformed
from .errors import ProtocolError

EXTENSIONS_LACKED: Final = ("classification", "shared_memory_region")
"""Parameters of tensors, as Triton's extensions have them."""
MOST_NAMED: Final = 8
"""Inputs with a default that are listed where one is unknown: old exporters make one of each weight."""


class Spec(Protocol):
    """An input or output: a TensorSpec is one, and a bundle's TensorSignature."""

    @property
    def name(self) -> str: ...
    @property
    def datatype(self) -> str: ...
    @property
    def shape(self) -> Iterable[int]: ...


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One input or output; -1 in shape is a dimension of any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of this shape fits."""
        if len(shape) != len(self.shape):
            return False
        for wanted, size in zip(self.shape, shape, strict=True):  # noqa: SIM110 - a generator costs twice as much
            if size < 0 or wanted not in (-1, size):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """A model's inputs and outputs by name, in the graph's order.

    optional: inputs with a default, which a request may leave out; one that gives them runs alone.
    group: a request's parameter that says whom it is about; empty where none does.
    opaque_texts: whether BYTES may be other than UTF-8: onnxruntime can't give back such a text, so no output may be.
    """

    inputs: dict[str, TensorSpec]
    outputs: dict[str, TensorSpec]
    output_names: tuple[str, ...]
    opaque_texts: bool
    optional: dict[str, TensorSpec] = field(default_factory=dict)
    group: str = ""

    def field_of(self, name: str) -> TensorSpec | None:
        """The input of a name, whether it has to be given or may be."""
        found = self.inputs.get(name)
        return self.optional.get(name) if found is None else found

    def overrides(self, inputs: Sized) -> bool:
        """Whether a request with these inputs, which are all that have to be given, gives others too."""
        return len(inputs) > len(self.inputs)


def signature(
    inputs: Iterable[Spec], outputs: Iterable[Spec], optional: Iterable[Spec] = (), group: str = ""
) -> Signature:
    """The signature of a model with these inputs and outputs. optional: those with a default; group: as Signature's."""
    fields = _by_name(outputs)
    opaque = all(field.datatype != "BYTES" for field in fields.values())
    return Signature(_by_name(inputs), fields, tuple(fields), opaque, _by_name(optional), group)


def input_of(position: int, name: str, given: Collection[str], signature: Signature) -> TensorSpec:
    """The input that a request names at a position. Raises ProtocolError (400): unknown, or given already."""
    spec = signature.field_of(name)
    if spec is None:
        raise _unknown_input(position, name, signature)
    if name in given:
        raise ProtocolError(f"inputs: {name} comes twice")
    return spec


def check_tensor(spec: TensorSpec, datatype: str, shape: tuple[int, ...]) -> None:
    """Raises ProtocolError (400) when a tensor isn't what an input takes."""
    if datatype != spec.datatype:
        if datatype not in NUMPY:
            raise ProtocolError(malformed.unknown_datatype(spec.name, datatype))
        raise ProtocolError(f"input {spec.name}: datatype is {datatype}; the model takes {spec.datatype}")
    if not spec.takes(shape):
        raise wrong_shape(spec, shape)


def check_given(given: Collection[str], signature: Signature) -> None:
    """Raises ProtocolError (400) when an input that has to be given is not among those that are, by their names."""
    if len(given) == len(signature.inputs) and not signature.optional:
        return
    missing = [name for name in signature.inputs if name not in given]
    if missing:
        raise ProtocolError(f"inputs: {', '.join(missing)} missing")


def check_output(position: int, name: str, signature: Signature) -> None:
    """Raises ProtocolError (400) when a request asks for an output that the model doesn't have."""
    if name not in signature.outputs:
        has = ", ".join(signature.outputs)
        raise ProtocolError(f"outputs[{position}].name: the model has no {name!r}; it has {has}")


def lacking(where: str, extension: str) -> ProtocolError:
    """The answer to a parameter of an extension that is none of this server's: see EXTENSIONS_LACKED."""
    return ProtocolError(f"{where}: parameters.{extension} is an extension that this server lacks")


def _unknown_input(position: int, name: str, signature: Signature) -> ProtocolError:
    has = ", ".join(signature.inputs)
    if 0 < len(signature.optional) <= MOST_NAMED:
        has += f", and with a default {', '.join(signature.optional)}"
    return ProtocolError(f"inputs[{position}].name: the model has no {name!r}; it has {has}")


def wrong_shape(field: TensorSpec, shape: tuple[int, ...]) -> ProtocolError:
    """The answer to an input of a shape that the field doesn't take."""
    if any(size < 0 for size in shape):
        return ProtocolError(malformed.no_size(field.name, list(shape)))
    rows, row = field.shape[:1], field.shape[1:]
    came, wanted = list(shape), list(field.shape)
    if row and rows != (-1,) and TensorSpec(field.name, field.datatype, (-1, *row)).takes(shape):
        only = f"exactly {rows[0]} row{'' if rows[0] == 1 else 's'}, {wanted}"
        return ProtocolError(
            f"input {field.name}: shape is {came}; the model takes {only}: it was exported for so many, with its first "
            "dimension free it takes any number"
        )
    return ProtocolError(f"input {field.name}: shape is {came}; the model takes {wanted}")


def _by_name(specs: Iterable[Spec]) -> dict[str, TensorSpec]:
    return {spec.name: TensorSpec(spec.name, spec.datatype, tuple(spec.shape)) for spec in specs}
