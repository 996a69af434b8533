"""Initializers that are inputs too: a request may leave them out, or give other values for itself alone."""

import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from colonnade_serving.rpc.protos import inference_pb2 as pb
from tests.serving.process import Served, serving
from tests.unit.serving.models import scaled

INFER = "/v2/models/scaled/infer"
X = {"name": "X", "datatype": "FP32", "shape": [2, 2], "data": [1, 1, 2, 2]}
FACTORS = {"name": "W", "datatype": "FP32", "shape": [2], "data": [10, 100]}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("optional")
    with serving(folder, str(scaled(folder / "scaled.onnx"))) as running:
        yield running


def answer(served: Served, *inputs: object) -> list[float]:
    got = served.ask("POST", INFER, {"inputs": list(inputs)})
    assert got.status == 200, got.body
    data: list[float] = got.json()["outputs"][0]["data"]
    return data


def test_metadata_lists_what_has_to_be_given(served: Served):
    assert [taken["name"] for taken in served.ask("GET", "/v2/models/scaled").json()["inputs"]] == ["X"]


def test_a_request_may_override_a_default_for_itself_alone(served: Served):
    for _ in range(3):  # what is remembered of a body must not be taken for another
        assert answer(served, X) == [2, 3, 4, 6]
        assert answer(served, X, FACTORS) == [10, 100, 20, 200]
        assert answer(served, FACTORS | {"data": [0, 1]}, X) == [0, 1, 0, 2]


def test_one_row_may_too(served: Served):
    row = X | {"shape": [1, 2], "data": [1, 1]}
    for _ in range(3):
        assert answer(served, row) == [2, 3]
        assert answer(served, row, FACTORS) == [10, 100]


def test_a_default_is_overridden_in_binary_and_over_grpc_as_well(served: Served):
    x, w = struct.pack("<4f", 1, 1, 2, 2), struct.pack("<2f", 10, 100)
    body = (
        b'{"inputs":[{"name":"X","datatype":"FP32","shape":[2,2],"parameters":{"binary_data_size":16}},'
        b'{"name":"W","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}}]}'
    )
    for _ in range(3):
        got = served.ask("POST", INFER, body + x + w, Inference_Header_Content_Length=str(len(body)))
        assert got.json()["outputs"][0]["data"] == [10, 100, 20, 200]
    tensors = [
        pb.ModelInferRequest.InferInputTensor(name="X", datatype="FP32", shape=[2, 2]),
        pb.ModelInferRequest.InferInputTensor(name="W", datatype="FP32", shape=[2]),
    ]
    request = pb.ModelInferRequest(model_name="scaled", inputs=tensors, raw_input_contents=[x, w])
    with grpc.insecure_channel(f"127.0.0.1:{served.port}") as channel:
        infer = channel.unary_unary(
            "/inference.GRPCInferenceService/ModelInfer",
            request_serializer=pb.ModelInferRequest.SerializeToString,
            response_deserializer=pb.ModelInferResponse.FromString,
        )
        assert struct.unpack("<4f", infer(request, timeout=20).raw_output_contents[0]) == (10, 100, 20, 200)


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ([FACTORS], "inputs: X missing"),
        ([X, FACTORS | {"shape": [1], "data": [1]}], "input W: shape is [1]; the model takes [2]"),
        ([X, FACTORS | {"datatype": "FP64"}], "input W: datatype is FP64; the model takes FP32"),
        ([X, FACTORS, FACTORS], "inputs: W comes twice"),
        ([X | {"name": "x"}], "inputs[0].name: the model has no 'x'; it has X, and with a default W"),
    ],
)
def test_what_is_wrong_with_one_is_said(served: Served, inputs: list[object], says: str):
    got = served.ask("POST", INFER, {"inputs": inputs})
    assert (got.status, got.json()["error"]) == (400, says)


def test_many_at_once_each_get_what_they_asked_for(served: Served):
    def ask(place: int) -> tuple[list[float], list[float]]:
        own = [FACTORS | {"data": [place, place]}] if place % 2 else []
        factors = (place, place) if place % 2 else (2, 3)
        return answer(served, X, *own), [factors[0], factors[1], 2 * factors[0], 2 * factors[1]]

    with ThreadPoolExecutor(16) as pool:
        for found, wanted in pool.map(ask, range(200)):
            assert found == wanted
