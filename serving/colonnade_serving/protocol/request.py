"""An infer request: from the body's bytes to arrays that the model takes. Plain checks, in the order of the message."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from . import binary, tensors
from .errors import ProtocolError
from .signature import Field, Signature


@dataclass(frozen=True, slots=True)
class InferRequest:
    """What a client asks: arrays by input name, the outputs it wants in its order, and which of them in binary."""

    id: str | None
    inputs: dict[str, np.ndarray]
    outputs: tuple[str, ...]
    binary: frozenset[str]


def parse(body: bytes, json_length: int | None, signature: Signature) -> InferRequest:
    """Reads an infer request.

    json_length: the Inference-Header-Content-Length header; None when absent (all JSON), 0 for a raw request.
    Raises ProtocolError (400) with the field and what would be right.
    """
    if json_length == 0:
        return _raw(body, signature)
    if json_length is not None and json_length > len(body):
        raise ProtocolError(f"Inference-Header-Content-Length: {json_length} is more than the body's {len(body)} bytes")
    message = _json(body if json_length is None else memoryview(body)[:json_length])
    buffers = _Buffers(body, len(body) if json_length is None else json_length)
    inputs = _inputs(message, buffers, signature)
    buffers.finish()
    outputs, as_binary = _outputs(message, signature)
    return InferRequest(_id(message), inputs, outputs, as_binary)


class _Buffers:
    """The raw buffers behind the JSON, taken one after another."""

    def __init__(self, body: bytes, start: int) -> None:
        self._rest = memoryview(body)[start:]

    def take(self, name: str, size: object) -> memoryview:
        if type(size) is not int or size < 0:
            raise ProtocolError(f"input {name}: parameters.binary_data_size is {size!r}; a whole number is wanted")
        if size > len(self._rest):
            raise ProtocolError(
                f"input {name}: parameters.binary_data_size is {size}, but {len(self._rest)} bytes are left after the"
                " JSON; Inference-Header-Content-Length must give the JSON's length"
            )
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def finish(self) -> None:
        if self._rest:
            raise ProtocolError(f"body: {len(self._rest)} bytes after the JSON belong to no input's binary_data_size")


def _json(data: bytes | memoryview) -> dict[str, Any]:
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ProtocolError(f"body: no JSON: {error}") from None
    if not isinstance(message, dict):
        raise ProtocolError("body: a JSON object with inputs is wanted")
    return message


def _id(message: dict[str, Any]) -> str | None:
    id_ = message.get("id")
    if id_ is not None and not isinstance(id_, str):
        raise ProtocolError("id: a text is wanted")
    return id_


def _inputs(message: dict[str, Any], buffers: _Buffers, signature: Signature) -> dict[str, np.ndarray]:
    listed = message.get("inputs")
    if not isinstance(listed, list) or not listed:
        raise ProtocolError(f"inputs: a list of tensors is wanted: {', '.join(signature.inputs)}")
    arrays: dict[str, np.ndarray] = {}
    for position, tensor in enumerate(listed):
        field = _named(tensor, f"inputs[{position}]", signature.inputs)
        if field.name in arrays:
            raise ProtocolError(f"inputs: {field.name} comes twice")
        arrays[field.name] = _array(tensor, field, buffers)
    if missing := signature.inputs.keys() - arrays.keys():
        raise ProtocolError(f"inputs: {', '.join(name for name in signature.inputs if name in missing)} missing")
    return arrays


def _named(tensor: object, where: str, known: dict[str, Field]) -> Field:
    if not isinstance(tensor, dict):
        raise ProtocolError(f"{where}: an object is wanted")
    name = tensor.get("name")
    if not isinstance(name, str):
        raise ProtocolError(f"{where}.name: a text is wanted")
    if name not in known:
        raise ProtocolError(f"{where}.name: the model has no {name!r}; it has {', '.join(known)}")
    return known[name]


def _array(tensor: dict[str, Any], field: Field, buffers: _Buffers) -> np.ndarray:
    name, datatype = field.name, tensor.get("datatype")
    if datatype != field.datatype:
        tensors.dtype_of(name, datatype)
        raise ProtocolError(f"input {name}: datatype is {datatype}; the model takes {field.datatype}")
    shape = _shape(name, tensor.get("shape"))
    if not field.takes(shape):
        raise ProtocolError(f"input {name}: shape is {list(shape)}; the model takes {list(field.shape)}")
    parameters = _parameters(tensor, f"input {name}")
    if "binary_data_size" not in parameters:
        return tensors.from_json(name, field.datatype, shape, tensor.get("data"))
    if "data" in tensor:
        raise ProtocolError(f"input {name}: either data or parameters.binary_data_size, not both")
    return binary.decode(name, field.datatype, shape, buffers.take(name, parameters["binary_data_size"]))


def _shape(name: str, shape: object) -> tuple[int, ...]:
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise ProtocolError(f"input {name}: shape is {shape!r}; a list of whole numbers from 0 is wanted")
    return tuple(shape)


def _parameters(holder: dict[str, Any], where: str) -> dict[str, Any]:
    parameters = holder.get("parameters")
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise ProtocolError(f"{where}: parameters: an object is wanted")
    return parameters


def _outputs(message: dict[str, Any], signature: Signature) -> tuple[tuple[str, ...], frozenset[str]]:
    default = _flag(_parameters(message, "request"), "binary_data_output", False)
    listed = message.get("outputs")
    if listed is None or listed == []:
        names = tuple(signature.outputs)
        return names, frozenset(names) if default else frozenset()
    if not isinstance(listed, list):
        raise ProtocolError("outputs: a list is wanted")
    wanted: dict[str, bool] = {}
    for position, output in enumerate(listed):
        field = _named(output, f"outputs[{position}]", signature.outputs)
        wanted[field.name] = _flag(_parameters(output, f"output {field.name}"), "binary_data", default)
    return tuple(wanted), frozenset(name for name, is_binary in wanted.items() if is_binary)


def _flag(parameters: dict[str, Any], name: str, default: bool) -> bool:
    value = parameters.get(name, default)
    if not isinstance(value, bool):
        raise ProtocolError(f"parameters.{name}: true or false is wanted")
    return value


def _raw(body: bytes, signature: Signature) -> InferRequest:
    """A raw request: the body is the one input's buffer, and every output is answered in binary."""
    if len(signature.inputs) != 1:
        raise ProtocolError(f"a raw request takes a model with one input; this one has {len(signature.inputs)}")
    (field,) = signature.inputs.values()
    array = _raw_text(body, field) if field.datatype == "BYTES" else _raw_numbers(body, field)
    return InferRequest(None, {field.name: array}, tuple(signature.outputs), frozenset(signature.outputs))


def _raw_text(body: bytes, field: Field) -> np.ndarray:
    shape = tuple(1 if size == -1 else size for size in field.shape)
    if math.prod(shape) != 1:
        raise ProtocolError(f"input {field.name}: a raw request holds one BYTES element; the model takes {list(shape)}")
    return np.array([binary.text(field.name, body)], dtype=object).reshape(shape)


def _raw_numbers(body: bytes, field: Field) -> np.ndarray:
    if field.shape.count(-1) > 1:
        raise ProtocolError(f"input {field.name}: the shape {list(field.shape)} doesn't follow from a raw body's size")
    fixed = (
        math.prod(size for size in field.shape if size != -1) * tensors.dtype_of(field.name, field.datatype).itemsize
    )
    free = len(body) // fixed if fixed else 0
    return binary.decode(
        field.name, field.datatype, tuple(free if size == -1 else size for size in field.shape), memoryview(body)
    )
