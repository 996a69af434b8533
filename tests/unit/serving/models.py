"""Small real models, made by skl2onnx, and bundles of them."""

from pathlib import Path

import numpy as np
import onnx
import pandas as pd
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from colonnade_serving import digests
from colonnade_serving.bundle import Bundle, Golden, Tensor, TensorSignature, encode
from colonnade_serving.engine import Engine

CARRIERS = ["AA", "DL", "UA"]


def logistic(path: Path) -> Path:
    """Input X, FP32 [-1, 3]; outputs label INT64 [-1], probabilities FP32 [-1, 2]."""
    random = np.random.default_rng(7)
    features = random.random((100, 3), np.float32)
    model = LogisticRegression().fit(features, (features.sum(axis=1) > 1.5).astype(int))
    return _write(path, to_onnx(model, features[:1], options={"zipmap": False}, name="logistic"))


def neighbours(path: Path, rows: int = 60_000) -> Path:
    """As logistic, but honestly slow: it looks at each of its rows (mlops.md: 82 ms for 60,000)."""
    random = np.random.default_rng(7)
    features = random.random((rows, 3), np.float32)
    model = KNeighborsClassifier(algorithm="brute").fit(features, (features.sum(axis=1) > 1.5).astype(int))
    return _write(path, to_onnx(model, features[:1], options={"zipmap": False}, name="neighbours"))


def late_flights(path: Path) -> Path:
    """Inputs carrier BYTES [-1, 1] (only CARRIERS, else it raises) and delay FP32 [-1, 1]; label is BYTES."""
    random = np.random.default_rng(7)
    flights = pd.DataFrame({"carrier": CARRIERS * 40, "delay": random.random(120, np.float32)})
    late = np.where(flights["delay"] > 0.5, "late", "in time")
    columns = ColumnTransformer(
        [("carrier", OneHotEncoder(handle_unknown="error"), ["carrier"]), ("delay", "passthrough", ["delay"])]
    )
    model = make_pipeline(columns, LogisticRegression()).fit(flights, late)
    types = [("carrier", StringTensorType([None, 1])), ("delay", FloatTensorType([None, 1]))]
    return _write(path, to_onnx(model, initial_types=types, options={"zipmap": False}, name="late_flights"))


def looping(path: Path) -> Path:
    """Input X INT64 [-1, 1], output Y alike and equal; it takes about 20 us times the largest of X."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("MatMul", ["before", "before"], ["after"])],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, [128, 128]),
        ],
        [
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, [128, 128]),
        ],
    )
    nodes = [
        helper.make_node("ReduceMax", ["X"], ["turns"], keepdims=0),
        helper.make_node("Loop", ["turns", "", "identity"], ["product"], body=body),
        helper.make_node("ReduceMin", ["product"], ["least"], keepdims=0),  # 0, however often it is multiplied
        helper.make_node("Cast", ["least"], ["nothing"], to=TensorProto.INT64),
        helper.make_node("Add", ["X", "nothing"], ["Y"]),
    ]
    integers = [helper.make_tensor_value_info(name, TensorProto.INT64, ["N", 1]) for name in ("X", "Y")]
    identity = numpy_helper.from_array(np.eye(128, dtype=np.float32), "identity")
    graph = helper.make_graph(nodes, "looping", integers[:1], integers[1:], [identity])
    return _write(path, helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9))


def scaled(path: Path, ir: int = 8, batch: int | str = "n") -> Path:
    """Y = X * W, FP32 [-1, 2]; W, FP32 [2], is an input with the default 2, 3."""
    rows = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, 2]) for name in ("X", "Y")]
    w = helper.make_tensor_value_info("W", TensorProto.FLOAT, [2])
    default = numpy_helper.from_array(np.array([2, 3], np.float32), "W")
    node = helper.make_node("Mul", ["X", "W"], ["Y"])
    graph = helper.make_graph([node], "scaled", [rows[0], w], [rows[1]], [default])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=ir), path)
    return path


def bundled(model: Path, inputs: dict[str, np.ndarray], directory: Path, **fields: object) -> str:
    """Makes directory a bundle of a model with these golden inputs; returns its digest."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "model.onnx").write_bytes(model.read_bytes())
    engine = Engine(model)
    outputs = engine.infer(inputs)
    described = {
        "model": model.stem,
        "task": "Classification",
        "files": {"model.onnx": digests.of_file(model)},
        "inputs": [TensorSignature(name=s.name, datatype=s.datatype, shape=list(s.shape)) for s in engine.inputs],
        "outputs": [TensorSignature(name=s.name, datatype=s.datatype, shape=list(s.shape)) for s in engine.outputs],
        "golden": Golden(
            inputs=[Tensor.of(name, array) for name, array in inputs.items()],
            outputs=[Tensor.of(name, array) for name, array in outputs.items()],
        ),
    }
    data = encode(Bundle.model_validate(described | fields))
    (directory / "bundle.json").write_bytes(data)
    return digests.of_bytes(data)


def _write(path: Path, model: object) -> Path:
    path.write_bytes(model.SerializeToString())  # type: ignore[attr-defined]
    return path
