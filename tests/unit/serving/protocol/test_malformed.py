"""Slips of clients, called by their names: the field, what came there, and what would be right."""

import json
from typing import Any

import pytest

from colonnade_serving.protocol import request
from colonnade_serving.protocol.errors import ProtocolError
from colonnade_serving.protocol.signature import TensorSpec, signature
from colonnade_serving.rpc import request as rpc
from colonnade_serving.rpc.protos import inference_pb2 as pb

MODEL = signature(
    [TensorSpec("X", "FP32", (-1, 3)), TensorSpec("flags", "BOOL", (-1,)), TensorSpec("words", "BYTES", (-1,))], []
)
BAKED = signature([TensorSpec("X", "FP32", (8, 4))], [])
X = {"name": "X", "datatype": "FP32", "shape": [1, 3], "data": [1, 2, 3]}
DATATYPES = "BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, FP32, FP64, BF16, BYTES"


def body(*inputs: object, **more: object) -> bytes:
    return json.dumps({"inputs": list(inputs)} | more).encode()


def refused(sent: bytes, json_length: int | None = None, model=MODEL) -> str:
    with pytest.raises(ProtocolError) as refusal:
        request.parse(sent, json_length, model)
    assert refusal.value.status == 400
    return refusal.value.message


def refused_by_grpc(raw: bytes | None = None, model=MODEL, **tensor: Any) -> str:
    given = {"name": "X", "datatype": "FP32", "shape": [1, 3]} | tensor
    message = pb.ModelInferRequest(
        inputs=[pb.ModelInferRequest.InferInputTensor(**given)], raw_input_contents=[] if raw is None else [raw]
    )
    with pytest.raises(ProtocolError) as refusal:
        rpc.read(message, model)
    assert refusal.value.status == 400
    return refusal.value.message


@pytest.mark.parametrize("datatype", ["FLOAT32", "fp32", "", "float"])
def test_an_unknown_datatype_lists_those_that_there_are(datatype: str):
    says = f"input X: datatype {datatype!r} is unknown; one of {DATATYPES}"
    assert refused(body(X | {"datatype": datatype})) == says
    assert refused_by_grpc(datatype=datatype) == says


@pytest.mark.parametrize("shape", [[-1, 3], [1, -3]])
def test_a_negative_size_is_called_that(shape: list[int]):
    says = f"input X: shape is {shape}; each size is 0 or more, and where the model has -1 any is taken"
    assert refused(body(X | {"shape": shape})) == says
    assert refused_by_grpc(shape=shape) == says


@pytest.mark.parametrize("rows", [1, 2, 9])
def test_a_model_of_a_fixed_number_of_rows_says_how_many(rows: int):
    says = (
        f"input X: shape is [{rows}, 4]; the model takes exactly 8 rows, [8, 4]: it was exported for so many, with its "
        "first dimension free it takes any number"
    )
    assert refused(body(X | {"shape": [rows, 4]}), model=BAKED) == says
    assert refused_by_grpc(shape=[rows, 4], model=BAKED) == says
    assert refused(body(X | {"shape": [8, 3]}), model=BAKED) == "input X: shape is [8, 3]; the model takes [8, 4]"


@pytest.mark.parametrize(
    ("element", "says"),
    [
        (2, "inputs[0].data[1]: 2 is no BOOL"),
        (-1, "inputs[0].data[1]: -1 is no BOOL"),
        (0.5, "input flags: 0.5 is no BOOL"),
    ],
)
def test_what_is_neither_true_nor_false_is_no_bool(element: float, says: str):
    flags = {"name": "flags", "datatype": "BOOL", "shape": [2], "data": [True, element]}
    assert refused(body(flags)) == f"{says}; true or false (or 1 or 0) is wanted"


def test_a_byte_that_is_neither_0_nor_1_is_no_bool():
    head = body({"name": "flags", "datatype": "BOOL", "shape": [3], "parameters": {"binary_data_size": 3}})
    says = "input flags: byte 1 of its binary data is 2; a BOOL is 0 or 1"
    assert refused(head + b"\1\2\0", len(head)) == says
    assert refused_by_grpc(b"\1\2\0", name="flags", datatype="BOOL", shape=[3]) == says


@pytest.mark.parametrize("text", [r"\ud800", r"a\udc00b", r"\ud800\ud800", r"\udc00\ud800"])
def test_half_a_surrogate_pair_is_found_where_it_stands(text: str):
    words = b'{"inputs":[{"name":"words","datatype":"BYTES","shape":[2],"data":["a","%s"]}]}' % text.encode()
    says = "holds half of a surrogate pair, as \\ud800, which is no character; send whole ones"
    assert refused(words) == f"body: no JSON: inputs[0].data[1] {says}"
    assert refused(b'{"inputs":[],"id":"%s"}' % text.encode()) == f"body: no JSON: id {says}"


def test_a_byte_order_mark_is_called_that():
    says = "byte-order mark; send UTF-8 without one"
    assert refused(b"\xef\xbb\xbf" + body(X)) == f"body: no JSON: it begins with UTF-8's {says}"
    assert refused(body(X).decode().encode("utf-16")) == f"body: no JSON: it begins with UTF-16's {says}"


def test_bytes_that_are_no_utf_8_are_said_with_their_place():
    sent = body(X, id="?").replace(b"?", b"\xe9")
    place = sent.index(b"\xe9")
    assert refused(sent) == f"body: no JSON: byte {place} is 0xE9, which is no UTF-8; send such bytes as binary data"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_json_has_no_number_for_says_what_to_send(number: str):
    sent = body(X | {"data": ["NaN", 2, 3]}, id="NaN").replace(b'["NaN"', b"[" + number.encode())
    place = sent.index(number.encode())
    assert f"{number} at byte {place} is no number there; send null for NaN, or binary data" in refused(sent)


@pytest.mark.parametrize("depth", [300, 900, 5000])
def test_what_is_nested_too_deep_to_look_through_is_refused_all_the_same(depth: int):
    assert refused(b'{"inputs":[],"x":' + b"[" * depth + rb'"\ud800"' + b"]" * depth + b"}").startswith(
        "body: no JSON: "
    )


def test_a_body_in_the_other_protocols_form_is_sent_there():
    says = "body: Object missing required field inputs"
    assert refused(b'{"instances": [[1, 2, 3]]}').startswith(f"{says}; instances are KServe V1's form, which POST /v1/")
    assert refused(b"{}") == says


def test_an_empty_body_is_called_empty():
    assert refused(b"") == refused(b" \n") == "body: no JSON: it is empty"


def test_a_number_out_of_range_is_repeated():
    assert refused(body(X | {"data": [1, 1e39, 3]})).endswith(", got 1e+39")
    assert refused(body(X, parameters={"timeout": -7})) == "parameters.timeout: Expected int >= 0, got -7"
    assert len(refused(body(X | {"data": [1, 10**400, 3]}))) < 200
