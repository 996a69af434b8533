"""What a large run took is given back, and the next run answers as before."""

from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.engine import Engine
from tests.unit.serving.batching.tasks import doubled


def test_a_model_answers_as_before(tmp_path: Path):
    engine = Engine(doubled(tmp_path / "model.onnx"), 1)
    assert engine.shrink({"X": np.ones((1, 2), np.float32)})
    np.testing.assert_array_equal(engine.infer({"X": np.ones((1, 3), np.float32)})["Y"], np.full((1, 3), 2))


@pytest.mark.parametrize("inputs", [{}, {"X": np.ones((1, 2), np.float64)}])
def test_inputs_that_the_model_refuses_change_nothing(tmp_path: Path, inputs: dict[str, np.ndarray]):
    assert not Engine(doubled(tmp_path / "model.onnx"), 1).shrink(inputs)
