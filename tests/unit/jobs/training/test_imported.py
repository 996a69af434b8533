"""A model that was trained elsewhere."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression

from colonnade_api.datasets.sources import model_upload
from colonnade_jobs.errors import PermanentError
from colonnade_serving import digests
from tests.unit.jobs.harness import Harness


def graph(folder: Path, operation: str = "Add", shape: tuple[int | str, ...] = ("n", 3)) -> str:
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "z", "y")]
    inputs = {"Add": ["x", "z"], "Div": ["x", "z"]}.get(operation, ["x"])
    node = helper.make_node(operation, inputs, ["y"])
    made = helper.make_graph([node], "g", tensors[: len(inputs)], tensors[2:])
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, folder / "mine.onnx")
    return f"file://{folder}/mine.onnx"


def test_its_signature_is_the_graphs_and_its_golden_answers_the_engines(harness: Harness, tmp_path: Path) -> None:
    answer = harness.make({"model": "mine", "source": {"storageUri": graph(tmp_path)}})
    assert (answer["outcome"], answer["parity"], answer["metrics"]) == ("Trained", None, {})
    bundle = harness.bundle(answer)
    assert [(t.name, t.datatype, t.shape, t.kind) for t in bundle.inputs] == [
        ("x", "FP32", [-1, 3], None),
        ("z", "FP32", [-1, 3], None),
    ]
    x, z = (tensor.array() for tensor in bundle.golden.inputs)
    np.testing.assert_array_equal(bundle.golden.outputs[0].array(), x + z)
    assert bundle.lineage["source"] == f"file://{tmp_path}/mine.onnx"


def test_what_was_pushed_is_bundled_if_it_is_still_what_was_pushed(harness: Harness, tmp_path: Path) -> None:
    graph(tmp_path)
    model = (tmp_path / "mine.onnx").read_bytes()
    pushed = digests.of_bytes(model)
    harness.store.put(model_upload("mine-1", pushed), model)
    answer = harness.make({"model": "mine", "source": {"upload": {}}}, name="mine-1", upload=pushed)
    assert answer["outcome"] == "Trained"
    assert harness.bundle(answer).lineage["source"] == f"upload://{pushed}"


def test_what_was_changed_in_the_store_is_refused(harness: Harness, tmp_path: Path) -> None:
    graph(tmp_path)
    pushed = digests.of_bytes((tmp_path / "mine.onnx").read_bytes())
    harness.store.put(model_upload("mine-1", pushed), b"another")
    with pytest.raises(PermanentError, match=f"{pushed} was pushed; push it again"):
        harness.make({"model": "mine", "source": {"upload": {}}}, name="mine-1", upload=pushed)


def test_what_is_gone_from_the_store_is_asked_for(harness: Harness) -> None:
    with pytest.raises(PermanentError, match="is not in the store; push it again"):
        harness.make({"model": "mine", "source": {"upload": {}}}, name="mine-1", upload="sha256:" + "0" * 64)


def test_a_graph_of_fixed_size_is_asked_in_that_size(harness: Harness, tmp_path: Path) -> None:
    answer = harness.make({"model": "mine", "source": {"storageUri": graph(tmp_path, shape=(1, 2))}})
    assert harness.bundle(answer).golden.inputs[0].shape == [1, 2]


def test_what_is_no_model_is_refused(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"no model")
    with pytest.raises(PermanentError, match="no ONNX model") as error:
        harness.make({"model": "mine", "source": {"storageUri": f"file://{tmp_path}/mine.onnx"}})
    assert error.value.reason == "ModelInvalid"


def test_a_model_that_draws_at_random_is_refused(harness: Harness, tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="in two ways"):
        harness.make({"model": "mine", "source": {"storageUri": graph(tmp_path, "RandomNormalLike")}})


def test_an_infinite_answer_cant_be_golden(harness: Harness, tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="Infinity") as error:
        harness.make({"model": "mine", "source": {"storageUri": graph(tmp_path, "Reciprocal")}})
    assert error.value.reason == "SignatureUnsupported"


def test_a_classifier_of_a_default_export_is_bundled_as_it_will_be_served(harness: Harness, tmp_path: Path) -> None:
    rows = np.random.default_rng(1).random((60, 2), np.float32)
    words = np.where(rows[:, 0] > 0.5, "late", "in time")
    model = to_onnx(LogisticRegression().fit(rows, words), rows[:1])
    assert any(node.op_type == "ZipMap" for node in model.graph.node)
    onnx.save(model, tmp_path / "mine.onnx")
    bundle = harness.bundle(harness.make({"model": "mine", "source": {"storageUri": f"file://{tmp_path}/mine.onnx"}}))
    assert (bundle.outputs[1].name, bundle.outputs[1].datatype, bundle.outputs[1].shape) == (
        "output_probability",
        "FP32",
        [-1, 2],
    )
    assert bundle.classes == ["in time", "late"]
    assert bundle.files["model.onnx"] == digests.of_file(tmp_path / "mine.onnx")
