"""An infer request: from the body's bytes to arrays that the model takes. Plain checks, in the order of the message."""

import math
from dataclasses import dataclass

import numpy as np
from msgspec import UNSET

from . import binary, tensors
from .errors import ProtocolError
from .message import Message, Output, RequestParameters, Tensor, decode, parameter
from .signature import (
    EXTENSIONS_LACKED,
    Signature,
    TensorSpec,
    check_given,
    check_output,
    check_tensor,
    input_of,
    lacking,
)


@dataclass(slots=True, eq=False)
class InferRequest:
    """What a client asks: arrays by input name, the outputs it wants in its order, and which of them in binary.

    timeout: microseconds until nobody waits for the answer any more; None or 0: for ever.
    group: whom it is about, by the parameter that the signature names; empty where it has none.
    """

    id: str | None
    inputs: dict[str, np.ndarray]
    outputs: tuple[str, ...]
    binary: frozenset[str]
    timeout: int | None = None
    group: str = ""


NOTHING_BINARY: frozenset[str] = frozenset()
DEFAULTS = RequestParameters()


def parse(body: bytes, json_length: int | None, signature: Signature) -> InferRequest:
    """Reads an infer request.

    json_length: the Inference-Header-Content-Length header; None when absent (all JSON), 0 for a raw request.
    Raises ProtocolError (400) with the field and what would be right.
    """
    if json_length == 0:
        return _raw(body, signature)
    if json_length is not None and json_length > len(body):
        raise ProtocolError(f"Inference-Header-Content-Length: {json_length} is more than the body's {len(body)} bytes")
    said = body if json_length is None else memoryview(body)[:json_length]
    message = decode(said)
    buffers = _Buffers(body, len(body) if json_length is None else json_length)
    inputs = _inputs(message, buffers, signature)
    buffers.finish()
    parameters = message.parameters or DEFAULTS
    outputs, as_binary = _outputs(message.outputs, parameters.binary_data_output or False, signature)
    group = parameter(said, signature.group) if signature.group and message.parameters else ""
    return InferRequest(message.id, inputs, outputs, as_binary, parameters.timeout, group)


class _Buffers:
    """The raw buffers behind the JSON, taken one after another."""

    __slots__ = ("_body", "_start")

    def __init__(self, body: bytes, start: int) -> None:
        self._body = body
        self._start = start

    def take(self, name: str, size: int) -> memoryview:
        start, self._start = self._start, self._start + size
        if self._start > len(self._body):
            raise ProtocolError(
                f"input {name}: parameters.binary_data_size is {size}, but {len(self._body) - start} bytes are left"
                " after the JSON; Inference-Header-Content-Length must give the JSON's length"
            )
        return memoryview(self._body)[start : self._start]

    def finish(self) -> None:
        if self._start != len(self._body):
            left = len(self._body) - self._start
            raise ProtocolError(f"body: {left} bytes after the JSON belong to no input's binary_data_size")


def _inputs(message: Message, buffers: _Buffers, signature: Signature) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for position, tensor in enumerate(message.inputs):
        spec = input_of(position, tensor.name, arrays, signature)
        arrays[tensor.name] = _array(tensor, spec, buffers, signature)
    check_given(arrays, signature)
    return arrays


def _array(tensor: Tensor, spec: TensorSpec, buffers: _Buffers, signature: Signature) -> np.ndarray:
    name, datatype, shape = spec.name, type(tensor).__name__, tuple(tensor.shape)
    check_tensor(spec, datatype, shape)
    size = UNSET if tensor.parameters is None else tensor.parameters.binary_data_size
    if size is UNSET:
        if tensor.data is UNSET:
            raise ProtocolError(f"input {name}: neither data nor parameters.binary_data_size is there")
        return tensors.filled(name, datatype, shape, tensor.data)
    if tensor.data is not UNSET:
        raise ProtocolError(f"input {name}: either data or parameters.binary_data_size, not both")
    return binary.decode(name, datatype, shape, buffers.take(name, size), signature.opaque_texts)


def _outputs(
    wanted: list[Output] | None, by_default: bool, signature: Signature
) -> tuple[tuple[str, ...], frozenset[str]]:
    if not wanted:
        return signature.output_names, frozenset(signature.output_names) if by_default else NOTHING_BINARY
    as_binary: dict[str, bool] = {}
    for position, output in enumerate(wanted):
        check_output(position, output.name, signature)
        as_binary[output.name] = _is_binary(output, by_default)
    return tuple(as_binary), frozenset(name for name, is_binary in as_binary.items() if is_binary)


def _is_binary(output: Output, by_default: bool) -> bool:
    parameters = output.parameters
    if parameters is None:
        return by_default
    for extension in EXTENSIONS_LACKED:
        if getattr(parameters, extension) is not None:
            raise lacking(f"output {output.name}", extension)
    return by_default if parameters.binary_data is None else parameters.binary_data


def _raw(body: bytes, signature: Signature) -> InferRequest:
    """A raw request: the body is the one input's buffer, and every output is answered in binary."""
    if len(signature.inputs) != 1:
        raise ProtocolError(f"a raw request takes a model with one input; this one has {len(signature.inputs)}")
    (field,) = signature.inputs.values()
    array = _raw_text(body, field, signature) if field.datatype == "BYTES" else _raw_numbers(body, field)
    return InferRequest(None, {field.name: array}, signature.output_names, frozenset(signature.output_names))


def _raw_text(body: bytes, field: TensorSpec, signature: Signature) -> np.ndarray:
    shape = tuple(1 if size == -1 else size for size in field.shape)
    if math.prod(shape) != 1:
        raise ProtocolError(f"input {field.name}: a raw request holds one BYTES element; the model takes {list(shape)}")
    element = binary.text(field.name, body, signature.opaque_texts)
    return np.array([element], dtype=object).reshape(shape)


def _raw_numbers(body: bytes, field: TensorSpec) -> np.ndarray:
    if field.shape.count(-1) > 1:
        raise ProtocolError(f"input {field.name}: the shape {list(field.shape)} doesn't follow from a raw body's size")
    itemsize = tensors.dtype_of(field.name, field.datatype).itemsize
    fixed = math.prod(size for size in field.shape if size != -1) * itemsize
    free = len(body) // fixed if fixed else 0
    shape = tuple(free if size == -1 else size for size in field.shape)
    return binary.decode(field.name, field.datatype, shape, memoryview(body))
