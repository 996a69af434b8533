"""An infer answer: from the model's arrays to the body's bytes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson

from ..datatypes import of_array
from . import binary
from .errors import ProtocolError
from .request import InferRequest


def encode(
    model: str, version: str, request: InferRequest, outputs: Mapping[str, np.ndarray]
) -> tuple[bytes, int | None]:
    """The answer's body and, when some outputs are binary, the length of its JSON (Inference-Header-Content-Length).

    NaN is null. Raises ProtocolError (500) when an output asked for as JSON holds an infinity: JSON has no word for it.
    """
    buffers: list[bytes] = []
    listed = [_output(name, outputs[name], request.binary, buffers) for name in request.outputs]
    answer: dict[str, Any] = {"model_name": model, "model_version": version, "outputs": listed}
    if request.id is not None:
        answer["id"] = request.id
    body = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    if not request.binary:
        return body, None
    return b"".join([body, *buffers]), len(body)


def encode_error(message: str) -> bytes:
    """The body of an answer that is an error."""
    return orjson.dumps({"error": message})


def _output(name: str, array: np.ndarray, as_binary: frozenset[str], buffers: list[bytes]) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, "datatype": of_array(array), "shape": list(array.shape)}
    if name in as_binary:
        buffers.append(binary.encode(array))
        return described | {"parameters": {"binary_data_size": len(buffers[-1])}}
    return described | {"data": _data(name, array)}


def _data(name: str, array: np.ndarray) -> np.ndarray | list[Any]:
    flat = array.reshape(-1)
    if array.dtype.kind in "OUS":
        texts: list[Any] = flat.tolist()
        return texts
    if array.dtype.kind == "f" and np.isinf(flat).any():
        raise ProtocolError(f"output {name} holds Infinity, which JSON can't say; ask for it with binary_data", 500)
    return np.ascontiguousarray(flat)  # orjson writes NaN as null
