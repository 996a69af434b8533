import json
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.protocol import request, response
from colonnade_serving.protocol.errors import ProtocolError
from colonnade_serving.protocol.signature import TensorSpec, signature

FLIGHTS = signature(
    [TensorSpec("delay", "FP32", (-1, 1)), TensorSpec("carrier", "BYTES", (-1, 1))],
    [TensorSpec("label", "INT64", (-1,)), TensorSpec("probabilities", "FP32", (-1, 2))],
)
NUMBERS = signature([TensorSpec("X", "FP32", (-1, 3))], [TensorSpec("y", "FP32", (-1,))])
DELAY = {"name": "delay", "datatype": "FP32", "shape": [2, 1], "data": [1.5, None]}
CARRIER = {"name": "carrier", "datatype": "BYTES", "shape": [2, 1], "data": [["UA"], ["é"]]}


def body(*inputs: object, **more: object) -> bytes:
    return json.dumps({"inputs": list(inputs), **more}).encode()


def test_inputs_come_in_any_order_and_all_outputs_are_the_default():
    asked = request.parse(body(CARRIER, DELAY, id="42"), None, FLIGHTS)
    assert asked.id == "42"
    assert asked.outputs == ("label", "probabilities")
    assert asked.binary == frozenset()
    assert asked.inputs["carrier"].tolist() == [["UA"], ["é"]]
    np.testing.assert_array_equal(asked.inputs["delay"], np.array([[1.5], [np.nan]], np.float32))


def test_binary_inputs_follow_the_json_in_their_order():
    buffers = struct.pack("<f", 2.5) + struct.pack("<I", 2) + b"UA"
    head = body(
        {"name": "delay", "datatype": "FP32", "shape": [1, 1], "parameters": {"binary_data_size": 4}},
        {"name": "carrier", "datatype": "BYTES", "shape": [1, 1], "parameters": {"binary_data_size": 6}},
        parameters={"binary_data_output": True},
        outputs=[{"name": "label", "parameters": {"binary_data": False}}, {"name": "probabilities"}],
    )
    asked = request.parse(head + buffers, len(head), FLIGHTS)
    assert asked.inputs["delay"].tolist() == [[2.5]]
    assert asked.inputs["carrier"].tolist() == [["UA"]]
    assert asked.binary == {"probabilities"}


def test_a_raw_request_is_its_one_input_and_asks_for_binary():
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    asked = request.parse(rows.tobytes(), 0, NUMBERS)
    np.testing.assert_array_equal(asked.inputs["X"], rows)
    assert asked.binary == {"y"}


def test_a_raw_text_is_one_element():
    texts = signature([TensorSpec("t", "BYTES", (-1, 1))], [])
    assert request.parse("grüß dich".encode(), 0, texts).inputs["t"].tolist() == [["grüß dich"]]


@pytest.mark.parametrize(
    ("sent", "json_length", "says"),
    [
        (b"{", None, "body: no JSON"),
        (b"", None, "body: no JSON"),
        (b'{"inputs": [NaN]}', None, "body: no JSON"),
        (b"[]", None, "body: Expected object, got array"),
        (b"{}", None, "body: Object missing required field inputs"),
        (body(), None, "inputs: delay, carrier missing"),
        (body(DELAY), None, "inputs: carrier missing"),
        (body(DELAY, DELAY, CARRIER), None, "inputs: delay comes twice"),
        (body(3), None, "inputs[0]: Expected object, got int"),
        (body(DELAY | {"name": "dely"}), None, "inputs[0].name: the model has no 'dely'; it has delay, carrier"),
        (body(DELAY | {"name": None}), None, "inputs[0].name: Expected str, got null"),
        (body(DELAY | {"datatype": "FP64"}), None, "input delay: datatype is FP64; the model takes FP32"),
        (body(DELAY | {"datatype": "FLOAT"}), None, "input delay: datatype 'FLOAT' is unknown; one of BOOL"),
        (body(DELAY | {"shape": [2]}), None, "input delay: shape is [2]; the model takes [-1, 1]"),
        (body(DELAY | {"shape": [1, 2]}), None, "input delay: shape is [1, 2]; the model takes [-1, 1]"),
        (body(DELAY | {"shape": [-2, 1]}), None, "input delay: shape is [-2, 1]; each size is 0 or more"),
        (body(DELAY | {"shape": [True, 1]}), None, "inputs[0].shape[0]: Expected int, got bool"),
        (body(DELAY | {"shape": None}), None, "inputs[0].shape: Expected array, got null"),
        (body(DELAY | {"shape": [3, 1]}), None, "data has shape [2], but shape says [3, 1]"),
        (body(DELAY | {"parameters": 3}), None, "inputs[0].parameters: Expected object | null, got int"),
        (body(DELAY | {"parameters": {"binary_data_size": 8}}), None, "either data or parameters.binary_data_size"),
        (body(DELAY, CARRIER, outputs=[{"name": "late"}]), None, "outputs[0].name: the model has no 'late'"),
        (body(DELAY, CARRIER, outputs={}), None, "outputs: Expected array | null, got object"),
        (body(DELAY, CARRIER, id=7), None, "id: Expected str | null, got int"),
        (
            body(DELAY, CARRIER, parameters={"binary_data_output": 1}),
            None,
            "parameters.binary_data_output: Expected bool | null, got int",
        ),
        (body(DELAY, CARRIER, parameters={"timeout": -1}), None, "parameters.timeout: Expected int >= 0"),
        (body({**DELAY, "data": ["1"]}), None, "inputs[0].data[0]: Expected float | array | null, got str"),
        (body({"name": "delay", "datatype": "FP32", "shape": [1, 1]}), None, "neither data nor"),
        (body({"name": "delay", "datatype": "BF16", "shape": [1, 1], "data": [1]}), None, "delay: datatype is BF16"),
        (body(DELAY, CARRIER, outputs=[{"name": "label", "parameters": {"classification": 2}}]), None, "lacks"),
        (b'{"inputs": [], "x": ' + b"[" * 99999 + b"]" * 99999 + b"}", None, "body: no JSON: maximum recursion"),
        (b'{"inputs": [], "id": "\xff"}', None, "body: no JSON: byte 22 is 0xFF, which is no UTF-8"),
        (body(DELAY, CARRIER), 9999, "Inference-Header-Content-Length: 9999 is more than the body's"),
        (body(DELAY, CARRIER) + b"abc", len(body(DELAY, CARRIER)), "3 bytes after the JSON belong to no input"),
        (b"abcd", 0, "a raw request takes a model with one input; this one has 2"),
    ],
)
def test_a_wrong_request_is_refused_in_words(sent: bytes, json_length: int | None, says: str):
    with pytest.raises(ProtocolError) as refused:
        request.parse(sent, json_length, FLIGHTS)
    assert says in refused.value.message
    assert refused.value.status == 400


@pytest.mark.parametrize("size", [-1, 5, 3, 1.0, True, "4", None])
def test_a_wrong_binary_data_size_is_refused(size: object):
    head = body({"name": "delay", "datatype": "FP32", "shape": [1, 1], "parameters": {"binary_data_size": size}})
    with pytest.raises(ProtocolError):
        request.parse(head + b"abcd", len(head), FLIGHTS)


@pytest.mark.parametrize("size", [1, 11, 13])
def test_a_raw_body_that_is_no_whole_row_is_refused(size: int):
    with pytest.raises(ProtocolError, match="bytes of binary data"):
        request.parse(bytes(size), 0, NUMBERS)


@given(st.binary(max_size=200), st.none() | st.integers(0, 250))
def test_rubbish_raises_nothing_but_a_refusal(rubbish: bytes, json_length: int | None):
    with suppress(ProtocolError):
        request.parse(rubbish, json_length, FLIGHTS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.sampled_from(["delay", "FP32"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["inputs", "name", "datatype", "shape", "data", "parameters"]), inner)
    ),
)


@given(JSON)
def test_any_json_raises_nothing_but_a_refusal(tensor: object):
    with suppress(ProtocolError):
        request.parse(body(tensor, CARRIER), None, FLIGHTS)


def test_an_answer_has_outputs_in_the_order_asked_and_binary_behind_the_json():
    asked = request.InferRequest("7", {}, ("probabilities", "label"), frozenset({"probabilities"}))
    outputs = {"label": np.array([1]), "probabilities": np.array([[0.25, 0.75]], np.float32)}
    sent, length = response.encode("m", "1", asked, outputs)
    assert json.loads(sent[:length]) == {
        "model_name": "m",
        "model_version": "1",
        "id": "7",
        "outputs": [
            {"name": "probabilities", "datatype": "FP32", "shape": [1, 2], "parameters": {"binary_data_size": 8}},
            {"name": "label", "datatype": "INT64", "shape": [1], "data": [1]},
        ],
    }
    assert np.frombuffer(sent[length:], "<f4").tolist() == [0.25, 0.75]


def test_an_answer_never_has_a_bare_nan():
    asked = request.InferRequest(None, {}, ("y",), frozenset())
    sent, _ = response.encode("m", "1", asked, {"y": np.array([np.nan, 0.1], np.float32)})
    assert json.loads(sent, parse_constant=pytest.fail)["outputs"][0]["data"] == [None, 0.1]


def test_an_infinite_answer_is_refused_as_json_but_goes_in_binary():
    infinite = {"y": np.array([np.inf], np.float32)}
    with pytest.raises(ProtocolError) as refused:
        response.encode("m", "1", request.InferRequest(None, {}, ("y",), frozenset()), infinite)
    assert refused.value.status == 500
    sent, length = response.encode("m", "1", request.InferRequest(None, {}, ("y",), frozenset({"y"})), infinite)
    assert np.frombuffer(sent[length:], "<f4").tolist() == [np.inf]
