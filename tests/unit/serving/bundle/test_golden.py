import numpy as np
import pytest

from colonnade_serving.bundle import Golden, GoldenMismatch, Tensor, difference, replay


def golden(**outputs: object) -> Golden:
    return Golden(inputs=[], outputs=[Tensor.of(name, np.array(value)) for name, value in outputs.items()])


def test_the_worst_difference_within_the_tolerance_is_told():
    assert replay(golden(y=[0.5, 2.0]), lambda _: {"y": np.array([0.5, 2.00001])}) == pytest.approx(5e-6, rel=1e-3)


def test_the_model_sees_the_golden_inputs_as_they_were():
    inputs = [
        Tensor.of("x", np.array([[1.5, np.nan]], np.float32)),
        Tensor.of("t", np.array([["é", ""]], dtype=object)),
    ]
    seen: dict[str, np.ndarray] = {}
    replay(Golden(inputs=inputs, outputs=[]), lambda arrays: seen.update(arrays) or {})
    np.testing.assert_array_equal(seen["x"], np.array([[1.5, np.nan]], np.float32))
    assert seen["x"].dtype == np.float32
    assert seen["t"].tolist() == [["é", ""]]


def test_nan_is_itself_and_nothing_else():
    assert difference(np.array([np.nan, 1.0]), np.array([np.nan, 1.0])) == 0.0
    assert difference(np.array([np.nan]), np.array([1.0])) == np.inf
    assert difference(np.array([1.0]), np.array([np.nan])) == np.inf


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"y": np.array([0.5, 2.1]), "c": np.array(["a"])}, "golden output y is off by 0.05 (limit 1e-05)"),
        ({"y": np.array([0.5]), "c": np.array(["a"])}, "golden output y: shape [1], expected [2]"),
        ({"y": np.array([0.5, 2.0]), "c": np.array(["b"])}, "golden output c: 1 of 1 values differ"),
        ({"y": np.array([0.5, 2.0])}, "golden output c: the model has no such output"),
    ],
)
def test_a_mismatch_is_named(found: dict[str, np.ndarray], says: str):
    with pytest.raises(GoldenMismatch) as mismatch:
        replay(golden(y=[0.5, 2.0], c=["a"]), lambda _: found)
    assert str(mismatch.value) == says
