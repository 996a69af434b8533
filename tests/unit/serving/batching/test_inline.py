"""The loop computes what is known to be short, and nothing else."""

import asyncio
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.batching import Cost, Limits, Overloaded
from colonnade_serving.batching.inline import INLINE_SECONDS, Inline
from colonnade_serving.engine import Engine
from tests.unit.serving.batching.tasks import Kitchen, summed

ROW = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}
LONG = 2 * INLINE_SECONDS
SHORT = INLINE_SECONDS / 2
OURS = threading.main_thread()


def quick(predictable: bool = True) -> Cost:
    return Cost(5e-6, 1e-7, predictable=predictable)


class Watched(Engine):
    """Tells which runs were on the loop's thread; more than asked for are others, where a run was held up."""

    def __init__(self, model: Path) -> None:
        super().__init__(model, 1)
        self.inline: list[bool] = []

    def infer(self, inputs: Mapping[str, np.ndarray], outputs: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
        self.inline.append(threading.current_thread() is OURS)
        return super().infer(inputs, outputs)


class HeldUp(Watched):
    """As of a process that was not running for a while, the first time."""

    def infer(self, inputs: Mapping[str, np.ndarray], outputs: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
        if not self.inline:
            time.sleep(LONG)
        return super().infer(inputs, outputs)


async def test_what_is_known_to_be_short_runs_on_the_loop(logistic: Path):
    engine = Watched(logistic)
    kitchen = Kitchen(engine, cost=quick())
    for _ in range(3):
        await kitchen.serve([kitchen.task(ROW)])
    assert engine.inline.count(True) == 3


async def test_what_may_take_any_time_never_does(logistic: Path):
    engine = Watched(logistic)
    kitchen = Kitchen(engine, cost=quick(predictable=False))
    for _ in range(3):
        await kitchen.serve([kitchen.task(ROW)])
    assert engine.inline == [False] * 3


async def test_what_was_long_once_is_run_again_in_a_thread_and_never_again_on_the_loop(neighbours: Path):
    engine = Watched(neighbours)
    kitchen = Kitchen(engine, cost=quick())
    for _ in range(3):
        await kitchen.serve([kitchen.task(ROW)])
    assert engine.inline == [True, False, False, False]
    assert kitchen.done[0].results is not None


def test_what_was_long_is_so_for_as_many_rows():
    inline = Inline()
    assert inline.doubts(LONG, quick(), 10)
    assert not inline.may(quick(), 1)  # until it is known
    assert inline.ran_again(LONG, 10)
    assert [inline.may(quick(), rows) for rows in (9, 10, 11)] == [True, False, False]


async def test_a_process_that_was_held_up_is_no_slow_model(logistic: Path):
    engine = HeldUp(logistic)
    kitchen = Kitchen(engine, cost=quick())
    for _ in range(3):
        await kitchen.serve([kitchen.task(ROW)])
    assert engine.inline[:2] == [True, False]
    assert engine.inline.count(True) == 3
    assert kitchen.batcher.cost.seconds(1) < INLINE_SECONDS


def test_what_was_expected_to_be_long_is_no_surprise():
    assert not Inline().doubts(LONG, Cost(LONG, 0.0), 1)
    assert not Inline().doubts(SHORT, quick(), 1)


async def test_many_more_rows_than_were_ever_seen_do_not(logistic: Path):
    engine = Watched(logistic)
    kitchen = Kitchen(engine, cost=Cost(1e-5, 0.0, 64))
    for rows in (64, 100_000):
        await kitchen.serve([kitchen.task({"X": np.ones((rows, 3), np.float32)})])
    assert engine.inline.count(True) == 1


async def test_rows_are_those_of_each_input(tmp_path: Path):
    engine = Watched(summed(tmp_path / "model.onnx"))
    kitchen = Kitchen(engine, cost=quick())
    one, many = np.ones((1, 2), np.float32), np.ones((100_000, 2), np.float32)
    for other in (one, many):
        await kitchen.serve([kitchen.task({"X": one, "Z": other})])
    assert engine.inline.count(True) == 1


async def test_the_limit_of_the_queue_holds_while_a_model_computes(neighbours: Path):
    kitchen = Kitchen(Engine(neighbours, 1), Limits(queue=3, rows=1), quick(predictable=False))
    kitchen.batcher.submit(kitchen.task(ROW))
    await _a_turn()
    for _ in range(3):
        kitchen.batcher.submit(kitchen.task(ROW))
    with pytest.raises(Overloaded):
        kitchen.batcher.submit(kitchen.task(ROW))
    await kitchen.batcher.drain()


async def test_a_deadline_is_kept_behind_a_run_that_was_expected_to_be_short(neighbours: Path):
    kitchen = Kitchen(Engine(neighbours, 1), cost=quick(predictable=False))
    first = kitchen.task(ROW)
    kitchen.batcher.submit(first)
    await _a_turn()
    late = kitchen.task(ROW, deadline=time.perf_counter() + 0.002)
    kitchen.batcher.submit(late)
    await kitchen.batcher.drain()
    assert kitchen.done == [late, first]
    assert late.failure is not None
    assert late.failure.status == 504


async def test_an_idle_model_is_asked_again_though_its_cost_says_there_is_no_time(logistic: Path):
    kitchen = Kitchen(Engine(logistic, 1), cost=Cost(1e-4, 0.0))
    task = kitchen.task(ROW, deadline=time.perf_counter() + 60)
    while kitchen.done == []:  # until it was idle for 1 ms
        task.deadline = time.perf_counter() + 5e-5
        try:
            kitchen.batcher.submit(task)
        except Overloaded:
            continue
        task.deadline = time.perf_counter() + 60
        await kitchen.batcher.drain()
    assert kitchen.done == [task]
    assert kitchen.batcher.cost.fixed != 1e-4


async def _a_turn() -> None:
    """What was submitted runs in its thread by now."""
    await asyncio.sleep(0)
