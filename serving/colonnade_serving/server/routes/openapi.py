"""How /docs describes the infer route, which FastAPI lists but doesn't run."""

from typing import Any

INFER = """One inference. `data` is nested as `shape` or flat in row-major order.

Missing values: `null` in a floating tensor is NaN, in a BYTES tensor the empty text; a NaN in an answer is `null`. An
infinity has no JSON form: ask for that output with `parameters.binary_data`.

Binary tensors: raw little-endian buffers follow the JSON, whose length `Inference-Header-Content-Length` gives; 0: the
whole body is the one input's buffer. Errors are `{"error": "…"}`: 400 for the request's fault, 404 for an unknown model
or version, 413 for a body that is too long, 500 for the model's failure, 503 with Retry-After while loading or full."""

_TENSOR = {
    "type": "object",
    "required": ["name", "datatype", "shape"],
    "properties": {
        "name": {"type": "string"},
        "datatype": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer"}},
        "parameters": {"type": "object"},
        "data": {"type": "array", "items": {}},
    },
}
_OUTPUT = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "parameters": {"type": "object"}},
}
_REQUEST = {
    "type": "object",
    "required": ["inputs"],
    "properties": {
        "id": {"type": "string"},
        "parameters": {"type": "object"},
        "inputs": {"type": "array", "items": _TENSOR},
        "outputs": {"type": "array", "items": _OUTPUT},
    },
}


def infer_extra(*path_parameters: str) -> dict[str, Any]:
    """The parts of the route's OpenAPI that its signature doesn't say."""
    return {
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path_parameters
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _REQUEST},
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            },
        },
    }
