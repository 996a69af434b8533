"""Models in which a row's answer depends on the other rows of its batch, as people really export them."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

WIDTH = 8


def model(nodes: list, constants: dict[str, np.ndarray], width: int = WIDTH, made: int = WIDTH) -> onnx.ModelProto:
    """From X, FP32 [-1, width], to Y, FP32 [-1, made]."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["N", width])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["N", made])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def perceptron() -> onnx.ModelProto:
    """8 -> 16 -> 3, softmax: it treats rows apart."""
    random = np.random.default_rng(3)
    nodes = [
        helper.make_node("MatMul", ["X", "w0"], ["a"]),
        helper.make_node("Add", ["a", "b0"], ["b"]),
        helper.make_node("Relu", ["b"], ["c"]),
        helper.make_node("MatMul", ["c", "w1"], ["d"]),
        helper.make_node("Softmax", ["d"], ["Y"], axis=-1),
    ]
    weights = {"w0": (WIDTH, 16), "b0": (16,), "w1": (16, 3)}
    return model(nodes, {name: random.normal(size=shape).astype(np.float32) for name, shape in weights.items()}, made=3)


def quantised(path: Path) -> Path:
    """The perceptron through onnxruntime's quantize_dynamic: each batch has one scale, by its extremes."""
    plain = path.with_suffix(".plain")
    onnx.save(perceptron(), plain)
    quantize_dynamic(plain, path, weight_type=QuantType.QInt8)
    return path


def centred(path: Path) -> Path:
    """Each row less the mean of all rows."""
    nodes = [
        helper.make_node("ReduceMean", ["X", "rows"], ["mean"], "centre", keepdims=1),
        helper.make_node("Sub", ["X", "mean"], ["Y"]),
    ]
    return _saved(path, model(nodes, {"rows": np.array([0])}))


def running(path: Path) -> Path:
    """Each row added to all before it."""
    return _saved(path, model([helper.make_node("CumSum", ["X", "rows"], ["Y"], "add up")], {"rows": np.array(0)}))


def branching(path: Path) -> Path:
    """Doubled when the largest number of the batch is over 1, else as they are."""
    branches = {
        name: helper.make_graph(
            [node], name, [], [helper.make_tensor_value_info(f"{name}_Y", TensorProto.FLOAT, ["N", WIDTH])]
        )
        for name, node in {
            "then": helper.make_node("Add", ["X", "X"], ["then_Y"]),
            "else": helper.make_node("Identity", ["X"], ["else_Y"]),
        }.items()
    }
    nodes = [
        helper.make_node("ReduceMax", ["X"], ["most"], keepdims=0),
        helper.make_node("Greater", ["most", "one"], ["large"]),
        helper.make_node("If", ["large"], ["Y"], "branch", then_branch=branches["then"], else_branch=branches["else"]),
    ]
    return _saved(path, model(nodes, {"one": np.array(1, np.float32)}))


MIXING = (quantised, centred, running, branching)


def _saved(path: Path, made: onnx.ModelProto) -> Path:
    onnx.save(made, path)
    return path
