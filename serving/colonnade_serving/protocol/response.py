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

    NaN is null. Raises ProtocolError: 500 when an output asked for as JSON holds an infinity, 400 when it is BF16:
    JSON has no word for them.
    """
    buffers: list[bytes] = []
    listed = [_output(name, outputs[name], request.binary, buffers) for name in request.outputs]
    answer: dict[str, Any] = {"model_name": model, "model_version": version, "outputs": listed}
    if request.id is not None:
        answer["id"] = request.id
    body = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    if b"null" in body:  # what orjson writes for NaN and for infinities
        _check_finite(request, outputs)
    if not request.binary:
        return body, None
    return b"".join([body, *buffers]), len(body)


def encode_error(message: str) -> bytes:
    """The body of an answer that is an error."""
    return orjson.dumps({"error": message})


def _output(name: str, array: np.ndarray, as_binary: frozenset[str], buffers: list[bytes]) -> dict[str, Any]:
    datatype = of_array(array)
    if name in as_binary:
        buffers.append(binary.encode(array))
        size = {"binary_data_size": len(buffers[-1])}
        return {"name": name, "datatype": datatype, "shape": array.shape, "parameters": size}
    return {"name": name, "datatype": datatype, "shape": array.shape, "data": _data(name, datatype, array)}


def _data(name: str, datatype: str, array: np.ndarray) -> np.ndarray | list[Any]:
    flat = array.ravel()
    if datatype == "BYTES":
        texts: list[Any] = flat.tolist()
        return texts
    if datatype == "BF16":
        raise ProtocolError(f"output {name}: BF16 has no JSON form; ask for it with binary_data")
    return flat


def _check_finite(request: InferRequest, outputs: Mapping[str, np.ndarray]) -> None:
    for name in request.outputs:
        array = outputs[name]
        if name not in request.binary and array.dtype.kind == "f" and np.isinf(array).any():
            raise ProtocolError(f"output {name} holds Infinity, which JSON can't say; ask for it with binary_data", 500)
