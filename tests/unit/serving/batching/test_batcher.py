"""What waits runs together, and nobody can tell."""

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade_serving.batching import Cost, InferenceTask, Limits, Overloaded
from colonnade_serving.engine import Engine
from colonnade_serving.protocol.errors import ProtocolError
from tests.unit.serving.batching.tasks import Kitchen, centred, doubled, fixed, one_row_only
from tests.unit.serving.models import CARRIERS

ROW = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}
QUICK = Cost(5e-6, 1e-7)
SLOW = Cost(0.01, 0.0)


@pytest.fixture(scope="module")
def engine(logistic: Path) -> Engine:
    return Engine(logistic, 1)


@pytest.fixture(scope="module")
def flights(late_flights: Path) -> Engine:
    return Engine(late_flights, 1)


@pytest.fixture(scope="module")
def slow(neighbours: Path) -> Engine:
    return Engine(neighbours, 1)


floats = st.floats(-3, 3, width=32)
asked = st.tuples(
    st.lists(st.tuples(floats, floats, floats), max_size=5),
    st.sampled_from([(), ("label",), ("probabilities",), ("probabilities", "label")]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(asked, min_size=1, max_size=30), st.sampled_from([None, QUICK, SLOW]))
def test_together_answers_as_alone_once_and_in_order(engine: Engine, requests, cost: Cost | None):
    kitchen = Kitchen(engine, Limits(rows=16), cost and Cost(cost.fixed, cost.per_row))
    tasks = [kitchen.task({"X": np.array(rows, np.float32).reshape(-1, 3)}, outputs) for rows, outputs in requests]
    asyncio.run(kitchen.serve(tasks))
    assert sorted(map(id, kitchen.done)) == sorted(map(id, tasks))
    some = [task for task in tasks if task.rows]
    assert [task for task in kitchen.done if task.rows] == some
    for task in tasks:
        alone = engine.infer(task.inputs, task.outputs)
        assert task.results is not None
        assert list(task.results) == list(task.outputs)
        for name, array in task.results.items():
            assert array.shape == alone[name].shape
            np.testing.assert_allclose(array, alone[name], atol=1e-6)
    assert all(sum(task.rows for task in batch) <= 16 for batch in kitchen.batches if len(batch) > 1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([*CARRIERS, "ZZ"]), min_size=1, max_size=20))
def test_a_poisoned_request_fails_alone(flights: Engine, carriers):
    kitchen = Kitchen(flights)
    tasks = [
        kitchen.task({"carrier": np.array([[carrier]], object), "delay": np.array([[0.9]], np.float32)})
        for carrier in carriers
    ]
    asyncio.run(kitchen.serve(tasks))
    for carrier, task in zip(carriers, tasks, strict=True):
        if carrier == "ZZ":
            assert isinstance(task.failure, ProtocolError)
            assert (task.failure.status, task.results) == (500, None)
        else:
            assert task.failure is None
            assert task.results is not None
            assert task.results["label"].tolist() == ["late"]
    assert kitchen.batcher.batching


async def test_what_came_while_the_model_was_busy_is_one_batch(engine: Engine):
    kitchen = Kitchen(engine, cost=QUICK)
    await kitchen.prove(ROW)
    await kitchen.serve([kitchen.task(ROW) for _ in range(64)])
    assert [len(batch) for batch in kitchen.batches] == [64]
    assert kitchen.done[0].batch is kitchen.done[-1].batch


async def test_while_tasks_come_one_at_a_time_each_runs_as_it_comes(engine: Engine):
    kitchen = Kitchen(engine, cost=QUICK)
    ran = []
    for _ in range(3):
        task = kitchen.task(ROW)
        kitchen.batcher.submit(task, alone=True)
        ran.append(kitchen.done == [task])
        await asyncio.sleep(0)  # a turn of the loop
        kitchen.done.clear()
    assert ran == [False, True, True]  # whether the first one is alone is known when its turn is over


async def test_what_did_not_come_alone_never_runs_ahead(engine: Engine):
    kitchen = Kitchen(engine, cost=QUICK)
    await kitchen.serve([kitchen.task(ROW)])
    kitchen.done.clear()
    kitchen.batcher.submit(kitchen.task(ROW))
    assert kitchen.done == []
    await kitchen.batcher.drain()


async def test_company_is_waited_for_again_once_it_came(engine: Engine):
    kitchen = Kitchen(engine, cost=QUICK)
    await kitchen.prove(ROW, 8)
    for came in (1, 4, 4, 1, 1, 2, 3, 1):
        await kitchen.serve([kitchen.task(ROW) for _ in range(came)])
    assert [len(batch) for batch in kitchen.batches] == [1, 1, 3, 4, 1, 1, 1, 1, 3, 1]


async def test_a_delay_is_kept_however_lonely_tasks_are(engine: Engine):
    kitchen = Kitchen(engine, Limits(delay=0.01), QUICK)
    await kitchen.serve([kitchen.task(ROW)])
    kitchen.done.clear()
    kitchen.batcher.submit(kitchen.task(ROW), alone=True)
    assert kitchen.done == []
    await kitchen.batcher.drain()


@pytest.mark.parametrize("build", [centred, one_row_only])
async def test_a_model_whose_answers_depend_on_the_batch_is_not_batched(build, tmp_path: Path):
    kitchen = Kitchen(Engine(build(tmp_path / "model.onnx"), 1))
    tasks = [kitchen.task({"X": np.array([[place, 1.0]], np.float32)}) for place in range(6)]
    await kitchen.serve(tasks)
    assert not kitchen.batcher.batching
    assert len(kitchen.parted) == 1
    for task in tasks:
        assert task.results is not None
        np.testing.assert_array_equal(task.results["Y"], kitchen.engine.infer(task.inputs)["Y"])


async def test_a_model_of_fixed_shape_is_not_batched(tmp_path: Path):
    kitchen = Kitchen(Engine(fixed(tmp_path / "model.onnx"), 1))
    tasks = [kitchen.task({"X": np.full((2, 2), place, np.float32)}) for place in range(5)]
    await kitchen.serve(tasks)
    assert [len(batch) for batch in kitchen.batches] == [1] * 5
    assert [task.results["Y"][0, 0] for task in tasks if task.results] == [0, 2, 4, 6, 8]


async def test_rows_of_different_lengths_run_in_groups(tmp_path: Path):
    kitchen = Kitchen(Engine(doubled(tmp_path / "model.onnx"), 1))
    await kitchen.prove({"X": np.ones((1, 3), np.float32)}, 8)
    tasks = [kitchen.task({"X": np.full((1, 2 + place % 2), place, np.float32)}) for place in range(8)]
    await kitchen.serve(tasks)
    assert [len(batch) for batch in kitchen.batches] == [4, 4]
    assert [task.results["Y"].tolist()[0] for task in tasks[:3] if task.results] == [[0, 0], [2, 2, 2], [4, 4]]


async def test_inputs_that_disagree_on_rows_fail_alone(flights: Engine):
    kitchen = Kitchen(flights)
    good = {"carrier": np.array([["UA"]], object), "delay": np.array([[0.9]], np.float32)}
    tasks = [kitchen.task(good), kitchen.task(good | {"delay": np.zeros((2, 1), np.float32)}), kitchen.task(good)]
    await kitchen.serve(tasks)
    assert [task.failure and task.failure.status for task in tasks] == [None, 400, None]


async def test_the_abandoned_never_runs_and_is_not_called(engine: Engine):
    kitchen = Kitchen(engine, cost=QUICK)
    tasks = [kitchen.task(ROW) for _ in range(6)]
    for task in tasks[::2]:
        task.abandoned = True
    await kitchen.serve(tasks)
    assert kitchen.done == tasks[1::2]
    assert [task for batch in kitchen.batches for task in batch] == tasks[1::2]


async def test_a_cancelled_wait_never_runs(slow: Engine):
    kitchen = Kitchen(slow)
    first, second = kitchen.task(ROW), kitchen.task(ROW)
    kitchen.batcher.submit(first)
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(kitchen.batcher.infer(second))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait_for(kitchen.batcher.drain(), 60)
    assert kitchen.batches == [[first]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-0.01, 0.02), min_size=1, max_size=20))
def test_nothing_that_expired_runs(engine: Engine, lefts):
    kitchen = Kitchen(engine)

    async def serve() -> list[InferenceTask]:
        tasks = [kitchen.task(ROW, deadline=time.perf_counter() + left) for left in lefts]
        for task in tasks:
            try:
                kitchen.batcher.submit(task)
            except Overloaded as refused:
                task.failure = refused
        await asyncio.wait_for(kitchen.batcher.drain(), 60)
        return tasks

    tasks = asyncio.run(serve())
    ran = {id(task) for batch in kitchen.batches for task in batch}
    for task in tasks:
        refused = isinstance(task.failure, Overloaded)
        assert [done for done in kitchen.done if done is task] == ([] if refused else [task])
        assert (id(task) in ran) == (task.failure is None)
        assert id(task) not in ran or task.started < task.deadline


async def test_a_task_that_waits_behind_a_long_batch_hears_of_its_deadline_in_time(slow: Engine):
    kitchen = Kitchen(slow)
    kitchen.batcher.submit(kitchen.task(ROW))
    await asyncio.sleep(0)
    late = kitchen.task(ROW, deadline=time.perf_counter() + 0.005)
    kitchen.batcher.submit(late)
    await asyncio.wait_for(kitchen.batcher.drain(), 60)
    assert kitchen.done[0] is late
    assert late.failure is not None
    assert late.failure.status == 504
    assert [late in batch for batch in kitchen.batches] == [False]


async def test_what_can_not_finish_by_its_deadline_is_not_begun(engine: Engine):
    kitchen = Kitchen(engine, cost=Cost(2.5, 0.0))
    with pytest.raises(
        Overloaded, match=r"the deadline is in (2\.000|1\.\d{3}) s, but an answer would take 2\.500 s"
    ) as refused:
        kitchen.batcher.submit(kitchen.task(ROW, deadline=time.perf_counter() + 2.0))
    assert (refused.value.status, refused.value.retry_after, refused.value.reason) == (503, 3, "deadline")
    assert kitchen.batcher.waiting == 0


async def test_a_full_queue_says_when_to_come_back(engine: Engine):
    kitchen = Kitchen(engine, Limits(queue=3, rows=1), Cost(4.0, 0.0))
    for _ in range(3):
        kitchen.batcher.submit(kitchen.task(ROW))
    with pytest.raises(Overloaded, match="3 requests are waiting already") as refused:
        kitchen.batcher.submit(kitchen.task(ROW))
    assert (refused.value.retry_after, refused.value.reason) == (12, "overloaded")
    await kitchen.batcher.drain()


async def test_what_nobody_waits_for_takes_no_place(engine: Engine):
    kitchen = Kitchen(engine, Limits(queue=3))
    left = [kitchen.task(ROW) for _ in range(3)]
    for task in left:
        kitchen.batcher.submit(task)
        task.abandoned = True
    await kitchen.serve([kitchen.task(ROW)])
    assert len(kitchen.done) == 1


@pytest.mark.parametrize(("cost", "sizes"), [(Cost(5.0, 0.0), [1, 2]), (Cost(1e-6, 1e-6), [1, 1, 1])])
async def test_a_delay_is_waited_only_when_that_pays(engine: Engine, cost: Cost, sizes: list[int]):
    kitchen = Kitchen(engine, Limits(delay=10.0), cost)
    waiting = []
    for seconds in (0.0, 0.5, 0.02):
        await asyncio.sleep(seconds)
        waiting.append(asyncio.ensure_future(kitchen.batcher.infer(kitchen.task(ROW))))
    await asyncio.gather(*waiting)
    assert [len(batch) for batch in kitchen.batches] == sizes


async def test_a_fault_fails_its_tasks_and_not_the_queue(engine: Engine, caplog: pytest.LogCaptureFixture):
    kitchen = Kitchen(engine)
    broken = InferenceTask({}, ("no such output",), 1, kitchen.done.append)
    await kitchen.serve([broken])
    await kitchen.serve([kitchen.task(ROW)])
    assert [task.failure and task.failure.status for task in kitchen.done] == [500, None]


async def test_a_task_that_fails_while_it_is_prepared_never_runs(engine: Engine):
    kitchen = Kitchen(engine)
    tasks = [kitchen.task(ROW) for _ in range(6)]

    def prepare() -> None:
        tasks[2].failure = ProtocolError("no numbers")

    kitchen.batcher.prepares.append(prepare)
    await kitchen.serve(tasks)
    assert sorted(map(id, kitchen.done)) == sorted(map(id, tasks))
    assert [task for task in tasks if task.results is None] == [tasks[2]]
    assert all(task is not tasks[2] for batch in kitchen.batches for task in batch)
