"""What OpenAPI says of the infer route, which the fast path answers: its bodies, an example that works, its errors."""

from typing import Any, Final

import numpy as np

from ...loading import Model
from ...loading.warmup import made_up
from ...protocol import message, tensors

Schema = dict[str, Any]

INFER: Final = """One inference. `data` is nested as `shape` or flat in row-major order.

Missing values: `null` in a floating tensor is NaN, in a BYTES tensor the empty text; a NaN in an answer is `null`. An
infinity has no JSON form, nor has BF16: ask for that output with `parameters.binary_data`.

Binary tensors: raw little-endian buffers follow the JSON, whose length `Inference-Header-Content-Length` gives; 0: the
whole body is the one input's buffer. A BYTES element is its length as uint32, then its bytes.

The body may be gzip or deflate (Content-Encoding), and so may the answer (Accept-Encoding). Header
x-request-timeout-ms, or the request's parameter `timeout` in microseconds, says how long the client waits: what can't
be in time is a 503."""

REQUEST, COMPONENTS = message.schema("#/components/schemas/{name}")
SIZE: Final[Schema] = {"type": "integer", "minimum": 0}
BINARY: Final[Schema] = {"schema": {"type": "string", "format": "binary"}}


def _object(properties: Schema, *required: str) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


OUTPUT: Final = _object(
    {
        "name": {"type": "string"},
        "datatype": {"type": "string", "enum": list(message.DATA)},
        "shape": {"type": "array", "items": SIZE},
        "data": {"type": "array", "items": {"type": ["number", "boolean", "string", "null"]}},
        "parameters": _object({"binary_data_size": SIZE}, "binary_data_size"),
    },
    "name",
    "datatype",
    "shape",
)
ANSWER: Final = _object(
    {
        "model_name": {"type": "string"},
        "model_version": {"type": "string"},
        "id": {"type": "string"},
        "outputs": {"type": "array", "items": OUTPUT},
    },
    "model_name",
    "model_version",
    "outputs",
)
HEADERS: Final = [
    {
        "name": "x-request-id",
        "in": "header",
        "description": "The request's id where the body has none.",
        "schema": {"type": "string"},
    },
]


def infer_extra(*named: str) -> Schema:
    """The parts of the route's OpenAPI that its signature doesn't say. named: the path's parameters."""
    path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named]
    bodies = {"application/json": {"schema": REQUEST}, "application/octet-stream": BINARY}
    answers = {"application/json": {"schema": ANSWER}, "application/octet-stream": BINARY}
    length = {"description": "The JSON's length, when outputs are binary.", "schema": SIZE}
    headers = {"Inference-Header-Content-Length": length}
    return {
        "parameters": path + HEADERS,
        "requestBody": {"required": True, "content": bodies},
        "responses": {"200": {"description": "The outputs.", "headers": headers, "content": answers}},
    }


def in_json(model: Model) -> bool:
    """Whether all that the model takes and gives has a JSON form."""
    fields = (*model.signature.inputs.values(), *model.signature.outputs.values())
    return all(field.datatype != "BF16" for field in fields)


def example(model: Model) -> Schema:
    """A body that this model answers: its first golden row, or zeros and empty texts."""
    inputs = []
    for name, array in _one_row(model).items():
        tensor = {"name": name, "datatype": model.signature.inputs[name].datatype, "shape": list(array.shape)}
        inputs.append(tensor | {"data": tensors.to_json(array)})
    return {"inputs": inputs}


def predict_example(model: Model) -> Schema:
    """The same over V1, by columns: any model takes those."""
    return {"inputs": {name: array.tolist() for name, array in _one_row(model).items()}}


def _one_row(model: Model) -> dict[str, np.ndarray]:
    golden = {tensor.name: tensor.array() for tensor in model.bundle.golden.inputs} if model.bundle else {}
    arrays = made_up(model.engine.inputs) | golden
    return {
        field.name: arrays[field.name][:1] if field.shape[:1] == (-1,) else arrays[field.name]
        for field in model.signature.inputs.values()
    }
