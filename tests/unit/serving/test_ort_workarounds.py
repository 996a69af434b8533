"""Graphs that onnxruntime's binding doesn't take the usual way."""

from pathlib import Path

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper

from colonnade_serving import ort_workarounds
from colonnade_serving.datatypes import BF16
from colonnade_serving.engine import Engine, ModelFailed


def graph(path: Path, node: NodeProto, takes: int, gives: int) -> Path:
    """A model of one node, from t to y."""
    inputs, outputs = (helper.make_tensor_value_info(name, kind, ["n"]) for name, kind in (("t", takes), ("y", gives)))
    made = helper.make_graph([node], "graph", [inputs], [outputs])
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 3)]
    path.write_bytes(helper.make_model(made, opset_imports=opsets, ir_version=10).SerializeToString())
    return path


@pytest.fixture
def words(tmp_path: Path) -> Engine:
    encoder = helper.make_node(
        "LabelEncoder", ["t"], ["y"], domain="ai.onnx.ml", keys_strings=["a"], values_int64s=[1], default_int64=-1
    )
    return Engine(graph(tmp_path / "words.onnx", encoder, TensorProto.STRING, TensorProto.INT64))


def test_bf16_goes_in_and_comes_out(tmp_path: Path):
    same = graph(
        tmp_path / "same.onnx", helper.make_node("Identity", ["t"], ["y"]), TensorProto.BFLOAT16, TensorProto.BFLOAT16
    )
    engine = Engine(same)
    assert engine.inputs[0].datatype == engine.outputs[0].datatype == "BF16"
    array = np.array([1.5, -2.0, np.inf], BF16)
    computed = engine.infer({"t": array})["y"]
    assert (computed.dtype, computed.tobytes()) == (BF16, array.tobytes())


def test_bf16_beside_another_datatype(tmp_path: Path):
    cast = helper.make_node("Cast", ["t"], ["y"], to=TensorProto.BFLOAT16)
    engine = Engine(graph(tmp_path / "cast.onnx", cast, TensorProto.FLOAT, TensorProto.BFLOAT16))
    assert engine.infer({"t": np.array([1.5, 3.0], np.float32)})["y"].tolist() == [1.5, 3.0]


def test_bytes_that_are_no_utf_8_reach_the_model_as_they_are(words: Engine):
    assert words.infer({"t": np.array(["a", b"\xff", "b"], dtype=object)})["y"].tolist() == [1, -1, -1]


def test_bytes_beside_a_text_with_a_nul_are_refused_since_one_would_be_cut(words: Engine):
    with pytest.raises(ModelFailed, match="can't go together"):
        words.infer({"t": np.array(["a\0", b"\xff"], dtype=object)})


def test_plain_texts_are_passed_on_untouched():
    texts = np.array(["a", "b\0"], dtype=object)
    assert ort_workarounds.opaque(texts) is texts
