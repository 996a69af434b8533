"""Which graphs are known to treat rows apart, and what is said of those that aren't."""

import re
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import parser

from colonnade_serving.graph import objection
from tests.unit.serving.graph import drawing, mixing

OPSETS = '<ir_version: 9, opset_import: ["" : 18, "ai.onnx.ml" : 3, "com.microsoft" : 1]>'


def graph(text: str, takes: str = "float[N,4] X", gives: str = "float[N,M] Y", opset: int = 18) -> onnx.ModelProto:
    header = OPSETS.replace("18", str(opset))
    return parser.parse_model(f"{header} g ({takes}) => ({gives}) {{ {text} }}")


def why(text: str, **more: object) -> str:
    return str(objection(graph(text, **more)) or "")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Y = Softmax <axis=-1> (X)",
        "a = Constant <value_ints=[1]> () Y = ReduceMean (X, a)",
        "Y = Concat <axis=1> (X, X)",
        "t = Transpose (X) s = Softmax <axis=0> (t) Y = Transpose (s)",
        "c = Constant <value_floats=[1.0, 2.0, 3.0, 4.0]> () Y = Add (X, c)",
        "a = Constant <value=int64 {1}> () Y = CumSum (X, a)",
        "s = Constant <value_ints=[-1, 2, 2]> () r = Reshape (X, s) Y = Flatten (r)",
        "s = Constant <value_ints=[0, -1]> () Y = Reshape (X, s)",
        "s = Shape (X) i = Constant <value_int=0> () n = Gather (s, i) a = Constant <value_ints=[0]> ()"
        " u = Unsqueeze (n, a) m = Constant <value_ints=[-1]> () t = Concat <axis=0> (u, m) Y = Reshape (X, t)",
        "s = Shape (X) z = ConstantOfShape (s) Y = Add (X, z)",
        "i = ArgMax <axis=1, keepdims=0> (X) t = Constant <value=float[3,2] {1,2,3,4,5,6}> () Y = Gather (t, i)",
        "r = Constant <value=float {0.5}> () f = Constant <value=bool {0}> () Y = Dropout (X, r, f)",
        "Y = ai.onnx.ml.Normalizer <norm=\"L2\"> (X)",
        "y = Constant <value=float {0.5}> () z = Constant <value=uint8 {1}> () q = QuantizeLinear (X, y, z)"
        " Y = DequantizeLinear (q, y, z)",
        "w = Constant <value=float[4,2] {1,2,3,4,5,6,7,8}> () Y = MatMul (X, w)",
        "n = NonZero (X) Y = Relu (X)",
    ],
)  # fmt: skip
def test_known_to_treat_rows_apart(text: str):
    assert why(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Y = Softmax <axis=0> (X)", "node Y (Softmax) normalises along axis 0, where the rows are"),
        ("a = Constant <value=int64 {-2}> () Y = CumSum (X, a)", "node Y (CumSum) adds up along axis 0"),
        ("m = ReduceMax <keepdims=0> (X) Y = Sub (X, m)", "node m (ReduceMax) reduces along axis 0"),
        ("t = Transpose (X) Y = MatMul (X, t)", "node Y (MatMul) multiplies rows with rows"),
        ("t = Transpose (X) g = Gemm (t, X) Y = Add (X, g)", "node g (Gemm) sums over the rows"),
        ("s = Constant <value_ints=[2, -1]> () Y = Reshape (X, s)", "node Y (Reshape) lays the rows of a tensor"),
        ("s = Constant <value_ints=[-1, 3]> () Y = Reshape (X, s)", "(Reshape) lays a tensor of [n, 4] out by 3"),
        ("Y = Squeeze (X)", "node Y (Squeeze) drops the rows' axis when there is one row"),
        ("s = Shape (X) f = Cast <to=1> (s) Y = Mul (X, f)", "node f (Cast) computes with how many rows there are"),
        ("i = ArgMax <axis=1, keepdims=0> (X) f = Cast <to=1> (i) Y = Add (X, f)", "node Y (Add) meets rows on axis 0"),
        ("c = Constant <value=float[3,1] {1,2,3}> () Y = Add (X, c)", "node Y (Add) meets the rows on axis 0"),
        ("Y = RandomNormalLike (X)", "node Y (RandomNormalLike) draws at random"),
        ("i = NonZero (X) f = Cast <to=1> (i) Y = Transpose (f)", "node i (NonZero) lists what it finds in all rows"),
        ("Y = com.microsoft.Inverse (X)", "node Y (com.microsoft.Inverse) isn't known to treat rows apart"),
        ("r = Constant <value=float {0.5}> () t = Constant <value=bool {1}> () Y = Dropout (X, r, t)", "drops"),
        ("c = Constant <value_floats=[1.0]> () Y = Identity (c)", "output Y doesn't come of the rows"),
        ("i = Cast <to=7> (X) f = Flatten <axis=0> (i) s = Constant <value_ints=[-1]> () k = Reshape (i, s)"
         " z = ConstantOfShape (k) m = ReduceSum <keepdims=0> (z) Y = Add (X, m)", "takes its input 0 from the rows"),
        ("Y = Transpose (X)", "output Y has its rows on axis 1, n of them"),
        ("Y = Concat <axis=0> (X, X)", "output Y has its rows on axis 0, 2 * n of them"),
    ],
)  # fmt: skip
def test_what_stands_against_it_is_said_with_node_and_operator(text: str, words: str):
    assert words in why(text)


@pytest.mark.parametrize(
    ("takes", "words"),
    [
        ("float[1,4] X", "input X is of 1 rows"),
        ("float[] X", "input X has no axis of rows in front"),
    ],
)
def test_inputs_without_rows_are_not_put_together(takes: str, words: str):
    assert why("Y = Relu (X)", takes=takes) == words


def test_softmax_took_all_that_follows_for_one_axis_before_opset_13():
    assert why("Y = Softmax (X)", opset=12) == ""
    assert "normalises along axis 0" in why("Y = Softmax <axis=0> (X)", opset=12)


def test_a_pool_of_an_opset_that_nobody_has_seen_yet_is_not_trusted():
    assert "is of opset 99" in why("Y = Relu (X)", opset=99)


def test_rows_over_which_a_recurrent_layer_steps_are_not_apart():
    weights = "w = Constant <value=float[1,1,4] {1,1,1,1}> () r = Constant <value=float[1,1,1] {1}> ()"
    layer = f"{weights} h, l = RNN <hidden_size=1> (t, w, r)"
    apart = f"a = Constant <value_ints=[0]> () t = Unsqueeze (X, a) {layer} s = Squeeze (l, a) Y = Identity (s)"
    steps = f"a = Constant <value_ints=[1]> () t = Unsqueeze (X, a) {layer} Y = Squeeze (h, a)"
    assert why(apart) == ""
    assert "takes axis 1 for a batch's, but the rows are on axis 0 of 3" in why(steps)


def test_functions_of_the_model_itself_are_looked_into():
    text = """
        <ir_version: 9, opset_import: ["" : 18, "own" : 1]> g (float[N,4] X) => (float[N,4] Y) { Y = own.f (X) }
        <domain: "own", opset_import: ["" : 18]> f (a) => (b) { b = Softmax <axis=AXIS> (a) }
    """
    assert objection(parser.parse_model(text.replace("AXIS", "1"))) is None
    assert "normalises along axis 0" in str(objection(parser.parse_model(text.replace("AXIS", "0"))))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (mixing.quantised, r"\(DynamicQuantizeLinear\) scales by the extremes of the whole batch"),
        (mixing.centred, r"node centre \(ReduceMean\) reduces along axis 0"),
        (mixing.running, r"node add up \(CumSum\) adds up along axis 0"),
        (mixing.branching, r"\(ReduceMax\) reduces along axis 0"),
    ],
)
def test_what_people_export_that_mixes_rows(build: Callable[[Path], Path], words: str, tmp_path: Path):
    found = objection(onnx.load(build(tmp_path / "model.onnx")))
    assert found is not None
    assert re.search(words, str(found))


def test_what_is_declared_apart_answers_alone_as_in_a_batch():
    found = drawing.tried(range(300))
    assert found["disagree"] == found["mixed, declared apart"] == 0
    assert found["apart"] > 150
    assert found["mixed"] > 150
