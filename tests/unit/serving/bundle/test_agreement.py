import ml_dtypes
import numpy as np
import pytest

from colonnade_serving.bundle import agree


@pytest.mark.parametrize("kind", [np.float16, ml_dtypes.bfloat16, np.float32, np.float64])
def test_rounding_is_no_difference_but_more_than_that_is(kind: type):
    alone: np.ndarray = np.ones((1, 3), kind)
    eps = float(ml_dtypes.finfo(kind).eps)
    assert agree(alone, (alone.astype(float) * (1 + 2 * eps)).astype(kind), alone)
    assert not agree(alone, (alone.astype(float) * 1.1).astype(kind), alone)


def test_what_is_usual_in_its_column_is_the_unit():
    batch = np.array([[0.01, 0.5], [-4000.0, 0.4], [3000.0, 0.3]], np.float32)
    alone = batch[:1] + np.array([[0.02, 0.0]], np.float32)
    assert agree(alone, batch[:1], batch)
    assert not agree(alone[:, ::-1], batch[:1, ::-1], batch[:, ::-1].copy() / 4000)


def test_labels_texts_and_shapes_are_exact():
    labels = np.array([1, 2, 3])
    assert agree(labels, labels, labels)
    assert not agree(labels, labels + 1, labels)
    assert not agree(labels, labels[:2], labels)
    assert not agree(np.array(["a"], object), np.array(["b"], object), np.array(["b"], object))
