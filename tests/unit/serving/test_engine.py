from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from colonnade_serving.engine import CPU, Engine, ModelFailed
from colonnade_serving.modelfile import ModelInvalid
from colonnade_serving.protocol.signature import TensorSpec


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One dense layer: X FP32 [-1, 8] to Y FP32 [-1, 4]."""
    weights = np.random.default_rng(3).standard_normal((8, 4)).astype(np.float32)
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", n]) for name, n in (("X", 8), ("Y", 4)))
    node = helper.make_node("MatMul", ["X", "W"], ["Y"])
    graph = helper.make_graph([node], "dense", [x], [y], [numpy_helper.from_array(weights, "W")])
    path = tmp_path_factory.mktemp("models") / "dense.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_it_knows_its_inputs_and_outputs(logistic: Path):
    engine = Engine(logistic)
    assert engine.inputs == (TensorSpec("X", "FP32", (-1, 3)),)
    assert engine.outputs == (TensorSpec("label", "INT64", (-1,)), TensorSpec("probabilities", "FP32", (-1, 2)))


def test_threads_at_once_get_what_one_gets(logistic: Path):
    engine = Engine(logistic)
    rows = np.random.default_rng(1).random((64, 3), np.float32)
    alone = engine.infer({"X": rows})["probabilities"]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda i: engine.infer({"X": rows[i : i + 1]})["probabilities"][0], range(64)))
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_only_the_outputs_asked_for_are_computed(logistic: Path):
    assert list(Engine(logistic).infer({"X": np.zeros((1, 3), np.float32)}, ("label",))) == ["label"]


def test_a_category_unseen_in_training_is_a_failure_of_the_model(late_flights: Path):
    inputs = {"carrier": np.array([["ZZ"]], dtype=object), "delay": np.array([[0.1]], np.float32)}
    with pytest.raises(ModelFailed, match=r"^Unknown Category and zeros = 0\.$"):
        Engine(late_flights).infer(inputs)


def test_a_file_that_is_no_model_is_refused_on_one_line(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelInvalid, match=r"^model\.onnx is no ONNX model: .+$"):
        Engine(tmp_path / "model.onnx")


def test_a_provider_that_is_not_there_is_refused_with_those_that_are(logistic: Path):
    with pytest.raises(ValueError, match=r"provider NPUExecutionProvider is not in this onnxruntime, which has .*CPU"):
        Engine(logistic, providers=("NPUExecutionProvider", CPU))
    assert Engine(logistic, providers=(CPU,)).providers == (CPU,)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_onnxruntime_leaves_out_is_refused_and_not_replaced_by_the_cpu(
    logistic: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", CPU])
    with pytest.raises(ValueError, match=r"CUDAExecutionProvider does not start here.*set providers to CPUExec"):
        Engine(logistic, providers=("CUDAExecutionProvider", CPU))


def test_a_quantised_model_is_served_as_it_is(dense: Path, tmp_path: Path):
    quantize_dynamic(dense, tmp_path / "int8.onnx", weight_type=QuantType.QInt8)
    rows = np.random.default_rng(1).random((5, 8), np.float32)
    whole, small = (Engine(path).infer({"X": rows})["Y"] for path in (dense, tmp_path / "int8.onnx"))
    assert any(node.op_type == "MatMulInteger" for node in onnx.load(tmp_path / "int8.onnx").graph.node)
    np.testing.assert_allclose(small, whole, atol=0.05)
    assert not np.array_equal(small, whole)


def test_weights_may_lie_in_a_file_beside_the_graph(dense: Path, tmp_path: Path):
    onnx.save(
        onnx.load(dense), tmp_path / "model.onnx", save_as_external_data=True, location="weights", size_threshold=0
    )
    rows = {"X": np.ones((2, 8), np.float32)}
    assert (tmp_path / "weights").stat().st_size >= 8 * 4 * 4
    np.testing.assert_array_equal(Engine(tmp_path / "model.onnx").infer(rows)["Y"], Engine(dense).infer(rows)["Y"])
