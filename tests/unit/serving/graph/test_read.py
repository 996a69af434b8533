from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from colonnade_serving.graph import Graph


def affine(path: Path) -> Path:
    """Y = X @ weight, with a weight in a file beside it and an input that need not be given."""
    weight = numpy_helper.from_array(np.ones((4, 300), np.float32), "weight")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["X", "weight"], ["XW"]), helper.make_node("Add", ["XW", "bias"], ["Y"], "add")],
        "affine",
        [
            helper.make_tensor_value_info("X", TensorProto.FLOAT, ["N", 4]),
            helper.make_tensor_value_info("bias", TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["N", 300])],
        [weight, numpy_helper.from_array(np.ones(1, np.float32), "bias")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path, save_as_external_data=True, location="weights", size_threshold=0)
    return path


def test_a_graph_is_read_without_the_weights_beside_it(tmp_path: Path):
    path = affine(tmp_path / "model.onnx")
    (tmp_path / "weights").unlink()
    graph = Graph.of(onnx.load(path, load_external_data=False))
    assert graph.inputs == {"X": (None, 4)}
    assert [(node.name, node.operator, node.version) for node in graph.nodes] == [
        ("XW", "MatMul", 18),
        ("add", "Add", 18),
    ]
    assert graph.constants["weight"].shape == (4, 300)
    assert graph.constants["weight"].array is None
