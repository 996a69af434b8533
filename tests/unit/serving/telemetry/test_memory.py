import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.batching import Batch, InferenceTask
from colonnade_serving.telemetry.memory import Memory


def tasks(*ids: str | None, rows: int = 1) -> list[InferenceTask]:
    batch = Batch({}, {"label": np.arange(len(ids) * rows)}, len(ids) * rows)
    made = []
    for at, key in enumerate(ids):
        task = InferenceTask({}, (), rows, lambda _: None, id=key)
        task.batch, task.at = batch, at * rows
        made.append(task)
    return made


def test_a_request_is_remembered_with_its_own_rows():
    memory = Memory("label", 60)
    memory.keep(tasks("a", "b", rows=2), 0)
    known, predicted = memory.take("b")
    assert known
    assert predicted is not None
    assert predicted.values().tolist() == [2, 3]


def test_what_was_taken_is_known_but_not_given_again():
    memory = Memory("label", 60)
    memory.keep(tasks("a"), 0)
    memory.take("a")
    assert memory.take("a") == (True, None)


def test_what_never_ran_has_no_id_or_no_such_output_is_unknown():
    memory = Memory("label", 60)
    nothing = tasks("a")
    nothing[0].batch = None
    memory.keep([*nothing, *tasks(None)], 0)
    Memory("score", 60).keep(tasks("b"), 0)
    assert memory.take("a") == memory.take("b") == (False, None)


def test_what_is_too_long_ago_is_forgotten():
    memory = Memory("label", 60)
    memory.keep(tasks("a"), 0)
    memory.keep(tasks("b"), 50)
    memory.forget(61)
    assert not memory.take("a")[0]
    assert memory.take("b")[0]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_no_more_than_most_are_remembered_and_the_last_ones_are(sizes: list[int]):
    memory = Memory("label", 1e9, most=100)
    ids = [[f"{batch}-{place}" for place in range(size)] for batch, size in enumerate(sizes)]
    for batch in ids:
        memory.keep(tasks(*batch), 0)
    kept = [key for batch in ids for key in batch if memory.take(key)[0]]
    assert len(kept) <= 100
    everything = [key for batch in ids for key in batch]
    assert kept == everything[len(everything) - len(kept) :]
    assert set(ids[-1]) <= set(kept)
