"""An infer request: from ModelInferRequest to arrays that the model takes. What is wrong is said in REST's words."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..protocol import binary, tensors
from ..protocol.errors import ProtocolError
from ..protocol.request import NOTHING_BINARY, InferRequest
from ..protocol.signature import (
    EXTENSIONS_LACKED,
    Signature,
    TensorSpec,
    check_given,
    check_output,
    check_tensor,
    input_of,
    lacking,
)
from .protos import inference_pb2 as pb

Input = pb.ModelInferRequest.InferInputTensor
Output = pb.ModelInferRequest.InferRequestedOutputTensor
Parameters = Mapping[str, pb.InferParameter]

CONTENTS = {
    "BOOL": "bool_contents",
    **dict.fromkeys(("INT8", "INT16", "INT32"), "int_contents"),
    "INT64": "int64_contents",
    **dict.fromkeys(("UINT8", "UINT16", "UINT32"), "uint_contents"),
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}
"""The field of InferTensorContents that holds a datatype; FP16 and BF16 have none."""


def read(message: pb.ModelInferRequest, signature: Signature) -> InferRequest:
    """What a client asks. Its answer is raw (InferRequest.binary) when the request was, or asks for it.

    Raises ProtocolError (400) with the field and what would be right.
    """
    raws = message.raw_input_contents
    inputs = _inputs(message.inputs, raws, signature)
    names = _outputs(message.outputs, signature) if message.outputs else signature.output_names
    raw, timeout, group = bool(raws), None, ""
    if message.parameters:
        raw = _flag(message.parameters, "binary_data_output", raw)
        timeout = _microseconds(message.parameters)
        group = _said(message.parameters, signature.group) if signature.group else ""
    return InferRequest(message.id or None, inputs, names, frozenset(names) if raw else NOTHING_BINARY, timeout, group)


def _inputs(listed: Sequence[Input], raws: Sequence[bytes], signature: Signature) -> dict[str, np.ndarray]:
    if raws and len(raws) != len(listed):
        raise ProtocolError(f"raw_input_contents: {len(raws)} buffers for {len(listed)} inputs; one for each is wanted")
    arrays: dict[str, np.ndarray] = {}
    for position, tensor in enumerate(listed):
        spec = input_of(position, tensor.name, arrays, signature)
        arrays[spec.name] = _array(tensor, spec, raws[position] if raws else None, signature)
    check_given(arrays, signature)
    return arrays


def _array(tensor: Input, spec: TensorSpec, raw: bytes | None, signature: Signature) -> np.ndarray:
    name, datatype, shape = spec.name, tensor.datatype, tuple(tensor.shape)
    check_tensor(spec, datatype, shape)
    if tensor.parameters:
        _no_shared_memory(f"input {name}", tensor.parameters)
    if raw is None:
        return _typed(tensor, name, datatype, shape, signature)
    if tensor.HasField("contents") and tensor.contents.ListFields():  # MLServer's client sends empty ones
        raise ProtocolError(f"input {name}: either contents or raw_input_contents, not both")
    return binary.decode(name, datatype, shape, memoryview(raw), signature.opaque_texts)


def _typed(tensor: Input, name: str, datatype: str, shape: tuple[int, ...], signature: Signature) -> np.ndarray:
    wanted = CONTENTS.get(datatype)
    if wanted is None:
        raise ProtocolError(f"input {name}: contents have no {datatype}; send raw_input_contents")
    for field, _ in tensor.contents.ListFields():
        if field.name != wanted:
            raise ProtocolError(f"input {name}: contents are {field.name}; {datatype} takes {wanted}")
    elements = getattr(tensor.contents, wanted)
    if datatype == "BYTES":
        texts = [binary.text(name, element, signature.opaque_texts) for element in elements]
        return tensors.filled(name, datatype, shape, texts)
    if datatype in ("FP32", "FP64"):
        return tensors.filled(name, datatype, shape, elements)
    return tensors.from_json(name, datatype, shape, list(elements))


def _outputs(wanted: Sequence[Output], signature: Signature) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for position, output in enumerate(wanted):
        check_output(position, output.name, signature)
        if output.parameters:
            _no_shared_memory(f"output {output.name}", output.parameters)
        names[output.name] = None
    return tuple(names)


def _no_shared_memory(where: str, parameters: Parameters) -> None:
    for extension in EXTENSIONS_LACKED:
        if extension in parameters:
            raise lacking(where, extension)


def _flag(parameters: Parameters, name: str, default: bool) -> bool:
    if name not in parameters:
        return default
    if parameters[name].WhichOneof("parameter_choice") != "bool_param":
        raise ProtocolError(f"parameters.{name}: true or false is wanted")
    return parameters[name].bool_param


def _microseconds(parameters: Parameters) -> int | None:
    if "timeout" not in parameters:
        return None
    kind = parameters["timeout"].WhichOneof("parameter_choice")
    value = getattr(parameters["timeout"], kind) if kind in ("int64_param", "uint64_param") else -1
    if value < 0:
        raise ProtocolError("parameters.timeout: microseconds as int64_param, from 0, are wanted")
    return int(value)


def _said(parameters: Parameters, name: str) -> str:
    """Any parameter as text; empty where there is none of that name."""
    kind = parameters[name].WhichOneof("parameter_choice") if name in parameters else None
    return str(getattr(parameters[name], kind)) if kind else ""
