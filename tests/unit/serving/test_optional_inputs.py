"""Initializers that are inputs too, in the engine and in the queue: tests/serving asks a server the same."""

from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.batching import InferenceTask
from colonnade_serving.batching.queue import Queue
from colonnade_serving.engine import Engine
from colonnade_serving.protocol.signature import signature
from tests.unit.serving.models import scaled


def test_a_task_that_overrides_a_default_has_a_group_of_its_own(tmp_path: Path):
    engine = Engine(scaled(tmp_path / "scaled.onnx"))
    queue = Queue(signature(engine.inputs, engine.outputs, engine.optional))
    rows, factors = np.ones((2, 2), np.float32), np.ones(2, np.float32)
    given: tuple[dict[str, np.ndarray], ...] = (
        {"X": rows},
        {"X": rows, "W": factors},
        {"X": rows},
        {"X": rows, "W": factors},
    )
    tasks = [InferenceTask(inputs, ("Y",), 2, queued=float(place)) for place, inputs in enumerate(given)]
    for task in tasks:
        queue.add(task)
    assert [queue.take(64) for _ in range(3)] == [[tasks[0], tasks[2]], [tasks[1]], [tasks[3]]]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_turns_out_to_override_a_default_while_it_waits_runs_alone(tmp_path: Path, place: int):
    """A body is taken for one like those before it until it is decoded."""
    engine = Engine(scaled(tmp_path / "scaled.onnx"))
    queue = Queue(signature(engine.inputs, engine.outputs, engine.optional))
    rows, factors = np.ones((2, 2), np.float32), np.ones(2, np.float32)
    tasks = [InferenceTask({"X": rows}, ("Y",), 2, queued=float(number)) for number in range(3)]
    for task in tasks:
        queue.add(task)
    tasks[place].inputs = {"X": rows, "W": factors}
    taken = []
    while queue.tasks:
        taken.append(queue.take(64))
    assert [tasks[place]] in taken
    assert [task for batch in taken for task in batch] == tasks


def test_before_ir_version_4_initializers_are_constants(tmp_path: Path):
    engine = Engine(scaled(tmp_path / "scaled.onnx", ir=3))
    assert engine.optional == ()
    assert engine.infer({"X": np.ones((1, 2), np.float32)})["Y"].tolist() == [[2, 3]]


def test_a_default_of_a_model_of_one_row_is_overridden_too(tmp_path: Path):
    engine = Engine(scaled(tmp_path / "scaled.onnx", batch=1))
    row = np.ones((1, 2), np.float32)
    for factors in ([2, 3], [10, 100], [2, 3]):
        own = {"W": np.array(factors, np.float32)} if factors != [2, 3] else {}
        assert engine.infer({"X": row} | own)["Y"].tolist() == [factors]
