"""What a run costs is known from its rows, or it isn't, and then a node or an input is to blame."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

from colonnade_serving.engine import Engine
from colonnade_serving.graph import cost, why_unpredictable

node = helper.make_node
BODY = helper.make_graph([], "body", [], [helper.make_tensor_value_info("b", TensorProto.FLOAT, [1])])


def why(nodes: Sequence[NodeProto], shape: Sequence[int] = (-1, 4), datatype: int = TensorProto.FLOAT) -> str | None:
    """Of a graph of these nodes, its input X of this shape; of its constants there are `two` and `shape`."""
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info("X", datatype, [None if size == -1 else size for size in shape])],
        [],
        [
            numpy_helper.from_array(np.array([2], np.int64), "two"),
            numpy_helper.from_array(np.array([2, 2], np.int64), "shape"),
        ],
    )
    return why_unpredictable(helper.make_model(graph))


def test_what_training_exports_is_known_from_its_rows(logistic: Path, late_flights: Path):
    assert Engine(logistic, 1).unpredictable is None
    assert Engine(late_flights, 1).unpredictable is None  # texts that are looked up


def test_a_dimension_of_any_size_besides_the_rows_is_to_blame():
    assert why([node("Relu", ["X"], ["Y"])], (-1, 3, -1, 224)) == "input X has dimensions of any size"
    assert why([node("Relu", ["X"], ["Y"])], (1, -1)) == "input X has dimensions of any size"
    assert why([node("Relu", ["X"], ["Y"])], (-1,)) is None
    assert why([node("Relu", ["X"], ["Y"])], ()) is None


@pytest.mark.parametrize(
    "guilty",
    [
        node("Loop", ["two", "", "X"], ["Y"], body=BODY),
        node("Scan", ["X"], ["Y"], body=BODY, num_scan_inputs=1),
        node("If", ["X"], ["Y"], then_branch=BODY, else_branch=BODY),
        node("NonZero", ["X"], ["Y"]),
        node("Range", ["X", "X", "two"], ["Y"]),
        node("ConstantOfShape", ["X"], ["Y"]),
        node("Expand", ["two", "X"], ["Y"]),
        node("Tile", ["two", "X"], ["Y"]),
        node("Resize", ["X", "", "", "X"], ["Y"]),
        node("Unheard", ["X"], ["Y"], domain="org.example"),
    ],
    ids=lambda guilty: guilty.op_type,
)
def test_a_node_whose_work_the_elements_decide_is_to_blame(guilty: NodeProto):
    said = why([node("Relu", ["X"], ["R"]), guilty, node("Relu", ["Y"], ["Z"])])
    assert said is not None
    assert said.startswith(f"node Y ({'org.example.' if guilty.domain else ''}{guilty.op_type}) ")


def test_elements_are_followed_through_the_graph():
    cast = node("Cast", ["X"], ["size"], to=TensorProto.INT64)
    assert why([cast, node("Tile", ["X", "size"], ["Y"])]) is not None
    assert why([cast, node("Shape", ["size"], ["rows"]), node("Tile", ["X", "rows"], ["Y"])]) is None


@pytest.mark.parametrize(
    "innocent",
    [
        node("Expand", ["X", "shape"], ["Y"]),
        node("Resize", ["X", "", "two"], ["Y"]),
        node("Pad", ["X", "shape", "X"], ["Y"]),
        node("Tile", ["X", "shape"], ["Y"]),
        node("OneHot", ["X", "two", "shape"], ["Y"]),
    ],
    ids=lambda innocent: innocent.op_type,
)
def test_a_size_that_the_model_holds_is_known(innocent: NodeProto):
    assert why([innocent]) is None


@pytest.mark.parametrize(("inner", "innocent"), [("Abs", True), ("NonZero", False)])
def test_the_models_own_functions_are_looked_into(inner: str, innocent: bool):
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ours", 1)]
    function = helper.make_function("ours", "Ours", ["a"], ["b"], [node(inner, ["a"], ["b"])], opsets)
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 4])
    graph = helper.make_graph([node("Ours", ["X"], ["Y"], domain="ours")], "graph", [x], [])
    model = helper.make_model(graph, functions=[function], opset_imports=opsets)
    assert (why_unpredictable(model) is None) == innocent


def test_a_size_that_a_request_may_give_instead_of_the_models_own_is_its_doing():
    x = [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 4])]
    own = [helper.make_tensor_value_info("size", TensorProto.INT64, [2])]
    size = [numpy_helper.from_array(np.array([2, 2], np.int64), "size")]
    tiled = [node("Tile", ["X", "size"], ["Y"])]
    for version, innocent in ((3, True), (8, False)):
        model = helper.make_model(helper.make_graph(tiled, "graph", x + own, [], size), ir_version=version)
        assert (why_unpredictable(model) is None) == innocent


@pytest.mark.parametrize(
    ("nodes", "innocent"),
    [
        ([node("LabelEncoder", ["X"], ["Y"], domain="ai.onnx.ml")], True),
        ([node("Reshape", ["X", "shape"], ["R"]), node("OneHotEncoder", ["R"], ["Y"], domain="ai.onnx.ml")], True),
        ([node("Reshape", ["X", "shape"], ["R"]), node("StringNormalizer", ["R"], ["Y"])], False),
        ([node("TfIdfVectorizer", ["X"], ["Y"])], False),
        ([node("StringSplit", ["X"], ["Y", "n"])], False),
        ([node("Cast", ["X"], ["Y"], to=TensorProto.FLOAT)], False),
        ([node("Tokenizer", ["X"], ["Y"], domain="com.microsoft")], False),
    ],
    ids=lambda value: value[-1].op_type if isinstance(value, list) else "",
)
def test_texts_are_looked_up_in_no_time_and_read_in_any(nodes: Sequence[NodeProto], innocent: bool):
    assert (why(nodes, datatype=TensorProto.STRING) is None) == innocent


def test_the_operators_that_are_named_exist():
    theirs = {schema.name for schema in onnx.defs.get_all_schemas()}
    theirs |= {f"ai.onnx.ml.{schema.name}" for schema in onnx.defs.get_all_schemas() if schema.domain == "ai.onnx.ml"}
    named = cost.SIZED_BY_ELEMENTS | set(cost.SIZES) | cost.TEXT_COPIES | cost.TEXT_LOOKUPS
    assert {name for name in named if not name.startswith("com.microsoft")} <= theirs
