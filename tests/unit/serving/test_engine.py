from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

from colonnade_serving.engine import Engine, ModelFailed, ModelInvalid, TensorSpec


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
    assert list(Engine(logistic).infer({"X": np.zeros((1, 3), np.float32)}, ["label"])) == ["label"]


def test_a_category_unseen_in_training_is_a_failure_of_the_model(late_flights: Path):
    inputs = {"carrier": np.array([["ZZ"]], dtype=object), "delay": np.array([[0.1]], np.float32)}
    with pytest.raises(ModelFailed, match=r"^Unknown Category and zeros = 0\.$"):
        Engine(late_flights).infer(inputs)


def test_a_file_that_is_no_model_is_refused_on_one_line(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelInvalid, match=r"^model\.onnx can't be loaded: .+$"):
        Engine(tmp_path / "model.onnx")


def test_a_map_as_output_is_refused_with_what_to_do(tmp_path: Path):
    rows = np.zeros((4, 2), np.float32)
    model = to_onnx(LogisticRegression().fit(rows, [0, 1, 0, 1]), rows[:1])
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ModelInvalid, match="zipmap"):
        Engine(tmp_path / "model.onnx")
