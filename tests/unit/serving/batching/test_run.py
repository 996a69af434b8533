"""The second line of defence: what the graph was taken to say is held against answers, for ever."""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper

from colonnade_serving.batching.run import SELDOM, SOON
from colonnade_serving.engine import Engine
from tests.unit.serving.graph.mixing import WIDTH, branching, centred, model

from .tasks import Kitchen


def rows(kitchen: Kitchen, *numbers: float) -> list:
    return [kitchen.task({"X": np.full((1, WIDTH), number, np.float32)}) for number in numbers]


async def test_what_agreed_once_is_looked_at_again(tmp_path: Path):
    kitchen = Kitchen(Engine(branching(tmp_path / "model.onnx"), 1))
    for _ in range(3):
        await kitchen.serve(rows(kitchen, 0.1, 0.2, 0.3))  # the branch is the same for all of them
    assert kitchen.batcher.batching
    for _ in range(2 * 3):
        await kitchen.serve(rows(kitchen, 0.1, 0.2, 7.0))
    assert kitchen.parted == ["output Y of a request differs alone and in a batch of 3 rows"]
    await kitchen.serve(tasks := rows(kitchen, 0.1, 7.0))
    assert [task.results["Y"][0, 0] for task in tasks if task.results] == [np.float32(0.1), 14.0]


async def test_equal_rows_prove_nothing(tmp_path: Path):
    kitchen = Kitchen(Engine(centred(tmp_path / "model.onnx"), 1))
    for _ in range(SELDOM // 100):
        await kitchen.serve(rows(kitchen, 1.0, 1.0, 1.0))
    for _ in range(SOON):
        await kitchen.serve(rows(kitchen, 1.0, 2.0, 3.0))
    assert not kitchen.batcher.batching


async def test_the_batch_that_gave_it_away_is_answered_right(tmp_path: Path):
    kitchen = Kitchen(Engine(centred(tmp_path / "model.onnx"), 1))
    await kitchen.serve(tasks := rows(kitchen, 1.0, 2.0, 3.0))
    assert [task.results["Y"].any() for task in tasks if task.results] == [False] * 3


async def test_looking_grows_seldom_but_never_ends(logistic: Path):
    kitchen = Kitchen(Engine(logistic, 1))
    runner = kitchen.batcher._runner
    looked = []
    for batch in range(70):
        if runner.due:
            looked.append(batch + 1)
        tasks = [kitchen.task({"X": np.full((1, 3), batch + place, np.float32)}) for place in range(2)]
        await kitchen.serve(tasks)
    assert looked == [1, 3, 7, 15, 31, 63]


async def test_what_fails_alone_must_not_be_answered_in_a_batch(tmp_path: Path):
    kitchen = Kitchen(Engine(second_row(tmp_path / "model.onnx"), 1))
    for _ in range(3):
        await kitchen.serve(tasks := rows(kitchen, 1.0, 2.0, 3.0))
        assert [task.results for task in tasks] == [None] * 3
    assert kitchen.parted == ["the model fails on a request alone that it answers in a batch of 3 rows"]


def second_row(path: Path) -> Path:
    """Each row and the batch's second one; alone there is none."""
    nodes = [
        helper.make_node("Gather", ["X", "place"], ["second"], axis=0),
        helper.make_node("Add", ["X", "second"], ["Y"]),
    ]
    onnx.save(model(nodes, {"place": np.array([1])}), path)
    return path
