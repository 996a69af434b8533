"""Execution providers beside the CPU's, where this machine has one: a GPU's with onnxruntime-gpu. CI has none."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from colonnade_serving.engine import CPU, Engine
from tests.serving.process import run, serving

BUILT_IN = [name for name in onnxruntime.get_available_providers() if name not in (CPU, "AzureExecutionProvider")]


@pytest.fixture(params=BUILT_IN)
def provider(request: pytest.FixtureRequest, network: Path) -> str:
    """Each that starts here: onnxruntime-gpu has TensorRT's, too, whose libraries are seldom there."""
    onnxruntime.preload_dlls()
    if request.param not in onnxruntime.InferenceSession(network, providers=[request.param, CPU]).get_providers():
        pytest.skip(f"{request.param} does not start here")
    return str(request.param)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dense layers: X FP32 [-1, 64] to Y FP32 [-1, 8]."""
    random = np.random.default_rng(3)
    weights = [
        numpy_helper.from_array((random.standard_normal(shape) / 8).astype(np.float32), name)
        for name, shape in (("W", (64, 256)), ("V", (256, 8)))
    ]
    nodes = [
        helper.make_node("MatMul", ["X", "W"], ["H"]),
        helper.make_node("Relu", ["H"], ["R"]),
        helper.make_node("MatMul", ["R", "V"], ["Y"]),
    ]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", n]) for name, n in (("X", 64), ("Y", 8)))
    path = tmp_path_factory.mktemp("models") / "network.onnx"
    graph = helper.make_graph(nodes, "network", [x], [y], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def _rows(count: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((count, 64)).astype(np.float32)


def test_it_answers_as_the_cpu_does(network: Path, provider: str):
    for rows in (_rows(1), _rows(33)):
        found, expected = (
            Engine(network, providers=names).infer({"X": rows})["Y"] for names in ((provider, CPU), (CPU,))
        )
        np.testing.assert_allclose(found, expected, atol=1e-2)  # a GPU multiplies in TF32


def test_a_model_that_it_can_run_in_part_is_answered_too(late_flights: Path, provider: str):
    inputs = {"carrier": np.array([["AA"], ["UA"]], dtype=object), "delay": np.array([[0.1], [0.9]], np.float32)}
    assert Engine(late_flights, providers=(provider, CPU)).infer(inputs)["label"].tolist() == ["in time", "late"]


def test_a_quantised_model_is_served_as_it_is(network: Path, tmp_path: Path, provider: str):
    quantize_dynamic(network, tmp_path / "int8.onnx", weight_type=QuantType.QInt8)
    found, expected = (
        Engine(tmp_path / "int8.onnx", providers=names).infer({"X": _rows(5)})["Y"]
        for names in ((provider, CPU), (CPU,))
    )
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_threads_at_once_get_what_one_gets(network: Path, provider: str):
    engine, rows = Engine(network, providers=(provider, CPU)), _rows(64)
    alone = engine.infer({"X": rows})["Y"]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda at: engine.infer({"X": rows[at : at + 1]})["Y"][0], range(64)))
    np.testing.assert_allclose(together, alone, atol=1e-2)


def test_the_server_answers_by_it_and_says_so(network: Path, tmp_path: Path, provider: str):
    rows = _rows(2)
    body = {"inputs": [{"name": "X", "datatype": "FP32", "shape": [2, 64], "data": rows.ravel().tolist()}]}
    with serving(tmp_path, str(network), "--name=network", f"--providers={provider},{CPU}") as served:
        answer = served.ask("POST", "/v2/models/network/infer", body).json()
        told = served.ask("GET", "/v2/models/network/config").json()["parameters"]["providers"]["string_value"]
    np.testing.assert_allclose(answer["outputs"][0]["data"], Engine(network).infer({"X": rows})["Y"].ravel(), atol=1e-2)
    assert told.split(",")[0] == provider


def test_without_its_device_the_server_ends_and_says_why(network: Path, provider: str):
    ended = run(str(network), f"--providers={provider},{CPU}", "--http-port=0", CUDA_VISIBLE_DEVICES="-1")
    assert ended.returncode == 1
    assert f"provider {provider} does not start here" in ended.stderr
