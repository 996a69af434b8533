"""A row alone is answered as any other, whatever memory it ran in."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from colonnade_serving.engine import Engine, ModelFailed
from colonnade_serving.iobinding import KINDS, RowBindings

ROW = st.tuples(*[st.floats(-3, 3, width=32)] * 3)


@pytest.fixture(scope="module")
def engine(logistic: Path) -> Engine:
    return Engine(logistic, 1)


def bindings(model: Path) -> RowBindings:
    engine = Engine(model, 1)
    return RowBindings(onnxruntime.InferenceSession(model), engine.inputs, engine.outputs)


def selected(path: Path) -> Path:
    """Y = the values of X that aren't 0, of which the graph promises as many as there are rows."""
    nodes = [
        helper.make_node("NonZero", ["X"], ["places"]),
        helper.make_node("Transpose", ["places"], ["pairs"]),
        helper.make_node("GatherND", ["X", "pairs"], ["Y"]),
    ]
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, ["n", 2])
    y = helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["n"])
    graph = helper.make_graph(nodes, "selected", [x], [y])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@given(st.lists(ROW, min_size=1, max_size=8))
def test_rows_one_by_one_are_answered_as_together(engine: Engine, rows: list[tuple[float, ...]]):
    inputs = np.array(rows, np.float32)
    together = engine.infer({"X": inputs})
    alone = [engine.infer({"X": inputs[n : n + 1]}) for n in range(len(rows))]  # kept: none may be written over
    for name, array in together.items():
        np.testing.assert_allclose(np.concatenate([each[name] for each in alone]), array, atol=1e-6)


def test_one_row_runs_in_memory_that_stays(logistic: Path):
    found = bindings(logistic).run({"X": np.zeros((1, 3), np.float32)}, ("probabilities",))
    assert found is not None
    assert found["probabilities"].shape == (1, 2)


def test_more_rows_and_other_types_go_another_way(logistic: Path):
    one = bindings(logistic)
    assert one.run({"X": np.zeros((2, 3), np.float32)}, ("label",)) is None
    assert one.run({"X": np.zeros((1, 3), np.float64)}, ("label",)) is None


def test_buffers_are_as_many_as_the_inputs(logistic: Path):
    one, row, form = bindings(logistic), np.zeros(3, np.float32).tobytes(), (("X", np.dtype(np.float32), (3,)),)
    assert one.run_row(form, [row], ("label",)) is not None
    for wrong in ([], [row, row], [row[:-4]]):
        assert one.run_row(form, wrong, ("label",)) is None


def test_texts_go_another_way(late_flights: Path):
    inputs = {"carrier": np.array([["AA"]], object), "delay": np.zeros((1, 1), np.float32)}
    assert bindings(late_flights).run(inputs, ("label",)) is None


def test_what_is_wrong_has_the_words_of_the_other_way(engine: Engine):
    with pytest.raises(ModelFailed, match="Unexpected input data type"):
        engine.infer({"X": np.zeros((1, 3), np.float64)})


def test_an_output_whose_size_is_no_rows_is_answered_whole(tmp_path: Path):
    engine = Engine(selected(tmp_path / "selected.onnx"), 1)
    for row, wanted in (([1, 2], [1, 2]), ([0, 3], [3]), ([0, 0], [])):
        assert engine.infer({"X": np.array([row], np.float32)})["Y"].tolist() == wanted


def test_the_choices_of_outputs_that_have_memory_are_limited(logistic: Path):
    one = bindings(logistic)
    for n in range(KINDS):
        assert one.run({"X": np.zeros((1, 3), np.float32)}, ("label",) * (n + 1)) is not None or n
    assert one.run({"X": np.zeros((1, 3), np.float32)}, ("probabilities",)) is None


def test_threads_have_memory_of_their_own(engine: Engine):
    rows = np.random.default_rng(1).random((400, 3), np.float32)
    together = engine.infer({"X": rows})["probabilities"]
    with ThreadPoolExecutor(8) as pool:
        alone = list(pool.map(lambda n: engine.infer({"X": rows[n : n + 1]})["probabilities"][0], range(400)))
    np.testing.assert_allclose(alone, together, atol=1e-6)
