"""Initializers that are inputs too: a request may leave them out, or give other values for itself alone."""

import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from colonnade_serving.batching import InferenceTask
from colonnade_serving.batching.queue import Queue
from colonnade_serving.engine import Engine
from colonnade_serving.protocol.signature import signature
from colonnade_serving.rpc.protos import inference_pb2 as pb
from tests.unit.serving.server.process import Served, serving

INFER = "/v2/models/scaled/infer"
X = {"name": "X", "datatype": "FP32", "shape": [2, 2], "data": [1, 1, 2, 2]}
FACTORS = {"name": "W", "datatype": "FP32", "shape": [2], "data": [10, 100]}


def scaled(path: Path, ir: int = 8, batch: int | str = "n") -> Path:
    """Y = X * W, FP32 [-1, 2]; W, FP32 [2], is an input with the default 2, 3."""
    rows = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, 2]) for name in ("X", "Y")]
    w = helper.make_tensor_value_info("W", TensorProto.FLOAT, [2])
    default = numpy_helper.from_array(np.array([2, 3], np.float32), "W")
    node = helper.make_node("Mul", ["X", "W"], ["Y"])
    graph = helper.make_graph([node], "scaled", [rows[0], w], [rows[1]], [default])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=ir), path)
    return path


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


def test_a_task_that_overrides_a_default_has_a_group_of_its_own(tmp_path: Path):
    engine = Engine(scaled(tmp_path / "scaled.onnx"))
    queue = Queue(signature(engine.inputs, engine.outputs, engine.optional))
    rows, factors = np.ones((2, 2), np.float32), np.ones(2, np.float32)
    given: tuple[dict[str, np.ndarray], ...] = (
        {"X": rows},
        {"X": rows, "W": factors},
        {"X": rows},
        {"X": rows, "W": factors},
    )
    tasks = [InferenceTask(inputs, ("Y",), 2, queued=float(place)) for place, inputs in enumerate(given)]
    for task in tasks:
        queue.add(task)
    assert [queue.take(64) for _ in range(3)] == [[tasks[0], tasks[2]], [tasks[1]], [tasks[3]]]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_turns_out_to_override_a_default_while_it_waits_runs_alone(tmp_path: Path, place: int):
    """A body is taken for one like those before it until it is decoded."""
    engine = Engine(scaled(tmp_path / "scaled.onnx"))
    queue = Queue(signature(engine.inputs, engine.outputs, engine.optional))
    rows, factors = np.ones((2, 2), np.float32), np.ones(2, np.float32)
    tasks = [InferenceTask({"X": rows}, ("Y",), 2, queued=float(number)) for number in range(3)]
    for task in tasks:
        queue.add(task)
    tasks[place].inputs = {"X": rows, "W": factors}
    taken = []
    while queue.tasks:
        taken.append(queue.take(64))
    assert [tasks[place]] in taken
    assert [task for batch in taken for task in batch] == tasks


def test_before_ir_version_4_initializers_are_constants(tmp_path: Path):
    engine = Engine(scaled(tmp_path / "scaled.onnx", ir=3))
    assert engine.optional == ()
    assert engine.infer({"X": np.ones((1, 2), np.float32)})["Y"].tolist() == [[2, 3]]


def test_a_default_of_a_model_of_one_row_is_overridden_too(tmp_path: Path):
    engine = Engine(scaled(tmp_path / "scaled.onnx", batch=1))
    row = np.ones((1, 2), np.float32)
    for factors in ([2, 3], [10, 100], [2, 3]):
        own = {"W": np.array(factors, np.float32)} if factors != [2, 3] else {}
        assert engine.infer({"X": row} | own)["Y"].tolist() == [factors]
