"""What is said of a file that can't be served: what it is, and what would be right."""

import gzip
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from colonnade_serving.engine import Engine
from colonnade_serving.modelfile import ModelInvalid, plain

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
CODE = ("onnxruntime_src", "::", ".cc:", ".h:", "[ONNXRuntimeError]", "Traceback")


def tensor(name: str, kind: int = TensorProto.FLOAT) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["n", 4])


def graph(path: Path, *nodes: NodeProto, opset: int = 17, ir: int = 8, **parts: Any) -> Path:
    """A model from X to Y, FP32 [-1, 4], unless its parts (make_graph's) say otherwise."""
    made = helper.make_graph(list(nodes), "graph", **{"inputs": [tensor("X")], "outputs": [tensor("Y")]} | parts)
    domains = {node.domain for node in nodes} - {""}
    opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    onnx.save(helper.make_model(made, opset_imports=opsets, ir_version=ir), path)
    return path


def refusal(path: Path) -> str:
    """What is said of a file, which has no code in it and no path of the server."""
    with pytest.raises(ModelInvalid) as refused:
        Engine(path)
    said = str(refused.value)
    assert not [code for code in (*CODE, str(path.parent)) if code in said], said
    assert "\n" not in said
    return said


FILES = {
    "it is empty": b"",
    "it is a Git LFS pointer; `git lfs pull`": LFS,
    "it is a web page": b"\n<!DOCTYPE html><html><title>Sign in</title></html>",
    "it is a Python pickle; export": pickle.dumps({"model": 1}),
    "it is compressed by gzip; gunzip": gzip.compress(b"model"),
    "it is HDF5": b"\x89HDF\r\n\x1a\n" + bytes(40),
    "it is in onnxruntime's own format": b"\x1c\0\0\0ORTM" + bytes(40),
    "it is text that begins with 'Männer und Frauen'": "Männer\nund Frauen".encode(),
    "its 50 bytes end too early or are damaged": bytes(range(200, 250)),
}


@pytest.mark.parametrize("says", FILES)
def test_a_file_that_is_something_else_is_named_for_what_it_is(says: str, tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(FILES[says])
    assert refusal(tmp_path / "model.onnx").startswith(f"model.onnx is no ONNX model: {says}")


def test_an_archive_is_told_from_a_model(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "model.onnx", "w") as archive:
        archive.writestr("data.pkl", b"")
    assert "it is a zip archive, as PyTorch and Keras write them" in refusal(tmp_path / "model.onnx")


@pytest.mark.parametrize("cut", [1, 30, 100])
def test_a_model_that_was_not_copied_whole_is_said(cut: int, tmp_path: Path):
    weights = numpy_helper.from_array(np.ones((4, 4), np.float32), "W")
    path = graph(tmp_path / "model.onnx", helper.make_node("MatMul", ["X", "W"], ["Y"]), initializer=[weights])
    path.write_bytes(path.read_bytes()[:-cut])
    assert "end too early or are damaged; compare size and checksum" in refusal(path)


def test_a_directory_and_nothing_at_all_are_no_files(tmp_path: Path):
    (tmp_path / "model.onnx").mkdir()
    assert refusal(tmp_path / "model.onnx") == "model.onnx is a directory; an .onnx file is wanted"
    assert refusal(tmp_path / "other.onnx") == "other.onnx can't be read: No such file or directory"


def test_weights_that_were_left_behind_or_cut_are_named(tmp_path: Path):
    weights = numpy_helper.from_array(np.ones((4, 4), np.float32), "W")
    path = graph(tmp_path / "model.onnx", helper.make_node("MatMul", ["X", "W"], ["Y"]), initializer=[weights])
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert Engine(path).inputs[0].name == "X"
    (tmp_path / "weights.bin").write_bytes(bytes(8))
    assert "its weights lie in weights.bin, which has 8 bytes and should have 64 (of W)" in refusal(path)
    (tmp_path / "weights.bin").unlink()
    assert "its weights lie in weights.bin, which is not beside it (of W): copy that file too" in refusal(path)


RELU = helper.make_node("Relu", ["X"], ["Y"])


def test_what_is_newer_than_the_runtime_says_how_far_it_reads(tmp_path: Path):
    path = tmp_path / "model.onnx"
    assert "its opset is 99 of ai.onnx, and onnxruntime" in refusal(graph(path, RELU, opset=99))
    assert "its IR version is 99, and onnxruntime" in refusal(graph(path, RELU, ir=99))


def test_an_operator_that_there_is_not_is_named(tmp_path: Path):
    path = tmp_path / "model.onnx"
    foreign = helper.make_node("Frobnicate", ["X"], ["Y"], domain="com.acme")
    assert "operator Frobnicate of com.acme is none of onnxruntime" in refusal(graph(path, foreign))
    unknown = helper.make_node("Frobnicate", ["X"], ["Y"])
    assert "has no operator Frobnicate in opset 17" in refusal(graph(path, unknown))


def test_a_graph_that_does_not_fit_together_is_said_in_onnxruntimes_words(tmp_path: Path):
    weights = numpy_helper.from_array(np.ones((3, 4), np.float32), "W")
    path = graph(tmp_path / "model.onnx", helper.make_node("MatMul", ["X", "W"], ["Y"]), initializer=[weights])
    assert "Incompatible dimensions for matrix multiplication" in refusal(path)
    scores = helper.make_node("LinearClassifier", ["X"], ["L", "Y"], domain="ai.onnx.ml", coefficients=[1.0] * 8)
    assert "must not be empty" in refusal(graph(tmp_path / "model.onnx", scores))


def test_what_the_protocol_can_not_carry_says_how_to_export(tmp_path: Path):
    path = tmp_path / "model.onnx"
    several = helper.make_tensor_sequence_value_info("Y", TensorProto.FLOAT, ["n", 4])
    constructed = helper.make_node("SequenceConstruct", ["X", "X"], ["Y"])
    said = refusal(graph(path, constructed, outputs=[several]))
    assert said.startswith("output Y is a sequence of tensors (seq(tensor(float)))")
    assert "ConcatFromSequence" in said
    of_eight_bits = helper.make_node("Cast", ["X"], ["Y"], to=TensorProto.FLOAT8E4M3FN)
    said = refusal(graph(path, of_eight_bits, opset=19, ir=9, outputs=[tensor("Y", TensorProto.FLOAT8E4M3FN)]))
    assert said.startswith("output Y is tensor(float8e4m3fn), which the Open Inference Protocol has no datatype for")
    kind = helper.make_optional_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, ["n", 4]))
    wrapped = helper.make_node("Optional", ["X"], ["Y"])
    said = refusal(graph(path, wrapped, opset=18, outputs=[helper.make_value_info("Y", kind)]))
    assert said.startswith("output Y is an optional value (optional(tensor(float)))")
    kind = helper.make_map_type_proto(TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
    vectors = helper.make_node("DictVectorizer", ["X"], ["Y"], domain="ai.onnx.ml", string_vocabulary=["a"] * 4)
    said = refusal(graph(path, vectors, inputs=[helper.make_value_info("X", kind)]))
    assert said.startswith("input X is a dictionary (map(string,tensor(float)))")


RUNNING = "Non-zero status code returned while running MatMul node. Name:'' Status Message: "
RESHAPE = (
    "/onnxruntime_src/onnxruntime/core/reshape_helper.h:91 onnxruntime::ReshapeHelper::ReshapeHelper(const "
    "onnxruntime::TensorShape&, bool) input_size == requested_size was false. It can't be reshaped"
)
LOADING = (
    "Load model from /srv/my models/m.onnx failed:/onnxruntime_src/onnxruntime/core/graph/model.cc:256 "
    "onnxruntime::Model::Model(onnx::ModelProto&&, const std::map<int, int>&) Unsupported model"
)
STARTING = (
    "Exception during initialization: /onnxruntime_src/onnxruntime/core/string_normalizer.cc:235 "
    "onnxruntime::StringNormalizer::Locale::Locale(const std::string&)::<lambda()> No locale"
)
RAISED = [
    (f"[ONNXRuntimeError] : 1 : FAIL : {RUNNING}{RESHAPE}\n", "It can't be reshaped"),
    (f"[ONNXRuntimeError] : 1 : FAIL : {RUNNING}matmul_helper.h:59 Compute MatMul mismatch", "MatMul mismatch"),
    (f"[ONNXRuntimeError] : 1 : FAIL : {LOADING}", "Unsupported model"),
    (f"[ONNXRuntimeError] : 1 : FAIL : {STARTING}", "No locale"),
    ("[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions", "Got invalid dimensions"),
    ("texts that aren't UTF-8", "texts that aren't UTF-8"),
]


@pytest.mark.parametrize(("raised", "told"), RAISED)
def test_onnxruntimes_messages_are_told_without_its_code(raised: str, told: str):
    assert plain(RuntimeError(raised)) == told
