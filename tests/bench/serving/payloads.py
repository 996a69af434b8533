"""Requests as each server wants them, and the numbers in its answers."""

import json
import struct
from collections.abc import Callable, Mapping
from typing import Any

from .cases import Case

Headers = Mapping[str, str]
Ask = Callable[[Case], tuple[bytes, Headers]]  # every row of the case in one request: its body, its own headers
Read = Callable[[bytes, Headers], list[float]]  # header names in lower case
HEAD_LENGTH = "Inference-Header-Content-Length"


def hello(_: Case) -> tuple[bytes, Headers]:
    return b"{}", {}


def oip_json(case: Case, **more: Any) -> tuple[bytes, Headers]:
    return _compact({"inputs": [_tensor(case) | {"data": _flat(case)}]} | more), {}


def oip_json_predict_proba(case: Case) -> tuple[bytes, Headers]:
    """MLServer's scikit-learn runtime answers with classes unless asked."""
    return oip_json(case, outputs=[{"name": "predict_proba"}])


def oip_json_named(case: Case) -> tuple[bytes, Headers]:
    """For who serves the graph as it is: lr and gbt also have a label, which no other server here is asked for."""
    return oip_json(case, outputs=[{"name": case.output}])


def oip_binary_named(case: Case) -> tuple[bytes, Headers]:
    return oip_binary(case, outputs=[{"name": case.output}])


def oip_binary(case: Case, **more: Any) -> tuple[bytes, Headers]:
    raw = packed(case)
    tensor = _tensor(case) | {"parameters": {"binary_data_size": len(raw)}}
    head = _compact({"inputs": [tensor], "parameters": {"binary_data_output": True}} | more)
    return head + raw, {HEAD_LENGTH: str(len(head))}


def nested(key: str) -> Ask:
    return lambda case: (_compact({key: case.rows}), {})


def packed(case: Case) -> bytes:
    """The rows as the protocol's raw tensor: float32, little endian, row-major."""
    flat = _flat(case)
    return struct.pack(f"<{len(flat)}f", *flat)


def unpacked(raw: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


def read_oip_json(body: bytes, _: Headers) -> list[float]:
    return flatten(json.loads(body)["outputs"][0]["data"])


def read_oip_binary(body: bytes, headers: Headers) -> list[float]:
    size = int(headers[HEAD_LENGTH.lower()])
    json.loads(body[:size])
    return unpacked(body[size:])


def read_key(key: str) -> Read:
    return lambda body, _: flatten(json.loads(body)[key])


def read_list(body: bytes, _: Headers) -> list[float]:
    return flatten(json.loads(body))


def flatten(value: Any) -> list[float]:
    return [number for part in value for number in flatten(part)] if isinstance(value, list) else [value]


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _flat(case: Case) -> list[float]:
    return [number for row in case.rows for number in row]


def _tensor(case: Case) -> dict[str, Any]:
    return {"name": "X", "shape": [len(case.rows), case.features], "datatype": "FP32"}
