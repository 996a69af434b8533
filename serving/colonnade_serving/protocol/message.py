"""The infer request's JSON, checked against its schema while it is decoded: types, ranges and datatypes in one pass.

Each datatype has a struct of its own, told apart by `datatype`, so that an element of the wrong type or out of range is
found at its place: `inputs[0].data[3]: Expected float, got str`.
"""

from functools import reduce
from operator import or_
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from .errors import ProtocolError
from .malformed import invalid, no_json

Size = Annotated[int, Meta(ge=0)]
NESTING: Final = 8
"""How deep data may be nested; flat data takes any shape."""

FP16_LIMIT: Final = 65520.0
FP32_LIMIT: Final = (2 - 2**-24) * 2.0**127
"""The first numbers that round to infinity."""


class InputParameters(Struct):
    """Of a tensor: the length of its buffer behind the JSON, in bytes."""

    binary_data_size: Size | UnsetType = UNSET


class Tensor(Struct):
    """An input tensor: data, or a buffer behind the JSON."""

    name: str
    shape: list[Size]
    data: list[Any] | UnsetType = UNSET
    parameters: InputParameters | None = None


class OutputParameters(Struct):
    """Of a wanted output: whether it is answered in binary. The last two are extensions that are refused."""

    binary_data: bool | None = None
    classification: Any = None
    shared_memory_region: Any = None


class Output(Struct):
    """A wanted output."""

    name: str
    parameters: OutputParameters | None = None


class RequestParameters(Struct):
    """Of the request: whether outputs are answered in binary, and in how many microseconds."""

    binary_data_output: bool | None = None
    timeout: Size | None = None


class Message(Struct):
    """An infer request as it is written."""

    inputs: list[Tensor]
    outputs: list[Output] | None = None
    id: str | None = None
    parameters: RequestParameters | None = None


def decode(data: bytes | memoryview) -> Message:
    """The message that data is. Raises ProtocolError (400) with the place and what would be right there."""
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError as error:
        raise ProtocolError(invalid(str(error), "body", data)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(no_json(bytes(data), str(error))) from None


class Parameters(Struct):
    """All of a request's parameters, whatever they are called."""

    parameters: dict[str, Any] | None = None


def parameter(data: bytes | memoryview, name: str) -> str:
    """A parameter of a request that was decoded, as text; empty where it has none of that name. Raises ProtocolError
    (400) for what is a list or an object."""
    value = (_PARAMETERS.decode(data).parameters or {}).get(name)
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    raise ProtocolError(f"parameters.{name}: a text or a number is wanted")


def elements(name: str, datatype: str, data: Any) -> list[Any]:
    """Data that is Python's already, checked as a request's is. Raises ProtocolError (400)."""
    try:
        checked: list[Any] = msgspec.convert(data, DATA[datatype])
    except msgspec.ValidationError as error:
        raise ProtocolError(f"input {name}: {invalid(str(error), 'data', data)}") from None
    return checked


def _list_of(element: Any) -> Any:
    return list[element]


def _nested(element: Any) -> Any:
    data = _list_of(element)
    for _ in range(NESTING - 1):
        data = _list_of(element | data)
    return data


def _whole(bits: int) -> Any:
    return Annotated[int, Meta(ge=-(2 ** (bits - 1)), le=2 ** (bits - 1) - 1)]


def _natural(bits: int) -> Any:
    return Annotated[int, Meta(ge=0, le=2**bits - 1 if bits < 64 else None)]


def _floating(limit: float) -> Any:
    return Annotated[float, Meta(gt=-limit, lt=limit)] | None


DATA: Final[dict[str, Any]] = {
    "BOOL": _nested(bool | Annotated[float, Meta(ge=0, le=1)]),  # 1.0 for true: open-inference-openapi sends it
    **{f"UINT{bits}": _nested(_natural(bits)) for bits in (8, 16, 32, 64)},
    **{f"INT{bits}": _nested(_whole(bits)) for bits in (8, 16, 32, 64)},
    "FP16": _nested(_floating(FP16_LIMIT)),
    "FP32": _nested(_floating(FP32_LIMIT)),
    "FP64": _nested(float | None),
    "BYTES": _nested(str | None),
    "BF16": list[Any],  # refused in tensors.py: it has no JSON form
}


def _tensor(datatype: str, data: Any) -> Any:
    fields = [("data", data | UnsetType, UNSET)]
    return msgspec.defstruct(datatype, fields, bases=(Tensor,), tag_field="datatype", tag=datatype)


_ANY_TENSOR = reduce(or_, (_tensor(datatype, data) for datatype, data in DATA.items()))
_TYPED = msgspec.defstruct("InferRequest", [("inputs", _list_of(_ANY_TENSOR))], bases=(Message,))
_PARAMETERS: msgspec.json.Decoder[Parameters] = msgspec.json.Decoder(Parameters)
_DECODER: msgspec.json.Decoder[Message] = msgspec.json.Decoder(_TYPED)


def schema(ref_template: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON schema of a request, and those that it refers to by name in ref_template."""
    (request,), components = msgspec.json.schema_components([_TYPED], ref_template=ref_template)
    return request, components
