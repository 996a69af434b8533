"""The work queue's promises, on an event loop that knows no waiting and no lateness."""

import asyncio
import random
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.runtime.queue import COALESCE_SECONDS, FIRST_RETRY_SECONDS, HURRIED_RETRY_SECONDS, WorkQueue
from tests.unit.runtime.clock import LeapingLoop

PASS_SECONDS = 0.002


class Passes:
    """Records every pass; `fails` and `looks_again` say what passes about a key do."""

    def __init__(self, fails=frozenset(), looks_again=None, takes=PASS_SECONDS):
        self.fails, self.looks_again, self.takes = set(fails), dict(looks_again or {}), takes
        self.started, self.under_way, self.overlaps = defaultdict(list), set(), []
        self.errors = []

    async def __call__(self, key):
        if key in self.under_way:
            self.overlaps.append(key)
        self.under_way.add(key)
        self.started[key].append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.takes)
        self.under_way.discard(key)
        if key in self.fails:
            raise RuntimeError(key)
        return self.looks_again.pop(key, None)

    def heard(self, key, error):
        self.errors.append(key)


@asynccontextmanager
async def queue_of(passes, workers=4):
    queue = WorkQueue(passes, passes.heard, workers=workers, chance=random.Random(7))
    running = asyncio.create_task(queue.run())
    try:
        yield queue
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_burst_of_events_about_one_object_is_one_pass():
    passes = Passes()
    async with queue_of(passes) as queue:
        for _ in range(100):
            queue.add("flights")
        await asyncio.sleep(0.1)
    assert len(passes.started["flights"]) == 1


async def test_an_event_during_a_pass_brings_exactly_one_more():
    passes = Passes(takes=0.05)
    async with queue_of(passes) as queue:
        queue.add("flights", 0)
        await asyncio.sleep(0.02)
        for _ in range(10):
            queue.add("flights", 0)
        await asyncio.sleep(0.2)
    assert len(passes.started["flights"]) == 2
    assert not passes.overlaps


async def test_a_pass_may_ask_to_look_again():
    passes = Passes(looks_again={"flights": timedelta(seconds=0.05)})
    async with queue_of(passes) as queue:
        queue.add("flights", 0)
        await asyncio.sleep(0.15)
    first, second = passes.started["flights"]
    assert 0.05 <= second - first < 0.1


async def test_an_event_does_not_wait_for_the_time_to_look_again():
    passes = Passes(looks_again={"flights": timedelta(hours=1)})
    async with queue_of(passes) as queue:
        queue.add("flights", 0)
        await asyncio.sleep(0.02)
        queue.add("flights")
        await asyncio.sleep(COALESCE_SECONDS + 0.05)
    assert len(passes.started["flights"]) == 2


async def test_one_objects_failures_delay_no_other():
    passes = Passes(fails={"broken"})
    async with queue_of(passes, workers=1) as queue:
        for _ in range(20):
            queue.add("broken", 0)
            queue.add("flights", 0)
            await asyncio.sleep(0.02)
    assert len(passes.started["broken"]) <= 4
    assert len(passes.started["flights"]) >= 15


async def test_failures_back_off_ever_longer():
    passes = Passes(fails={"broken"})
    async with queue_of(passes) as queue:
        queue.add("broken", 0)
        await asyncio.sleep(1.2)
    times = passes.started["broken"]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) >= 2
    assert all(gap >= FIRST_RETRY_SECONDS / 2 for gap in gaps)
    assert gaps[1] > gaps[0] / 2
    assert len(times) <= 5


async def test_a_fix_during_back_off_is_tried_within_a_second():
    passes = Passes(fails={"broken"})
    async with queue_of(passes) as queue:
        queue.add("broken", 0)
        await asyncio.sleep(0.02)
        queue._failures["broken"] = 20  # far into its back-off
        queue.add("broken", 0)
        await asyncio.sleep(FIRST_RETRY_SECONDS + 0.1)
        passes.fails.clear()
        before = len(passes.started["broken"])
        queue.add("broken")
        await asyncio.sleep(HURRIED_RETRY_SECONDS + 0.2)
    assert len(passes.started["broken"]) == before + 1


async def test_no_more_passes_than_workers_run_at_once():
    passes = Passes(takes=0.02)
    most = 0
    async with queue_of(passes, workers=3) as queue:
        for number in range(12):
            queue.add(number, 0)
        for _ in range(20):
            await asyncio.sleep(0.005)
            most = max(most, len(passes.under_way))
    assert most == 3
    assert len(passes.started) == 12


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 0.01)), min_size=1, max_size=40),
    st.sets(st.sampled_from("abc")),
)
def test_whatever_comes_each_key_is_passed_after_its_last_event_and_never_twice_at_once(events, failing):
    async def story():
        passes = Passes(fails=failing)
        last = {}
        async with queue_of(passes, workers=2) as queue:
            for key, pause in events:
                queue.add(key, 0.0)
                last[key] = asyncio.get_running_loop().time()
                await asyncio.sleep(pause / 10)
            await asyncio.sleep(FIRST_RETRY_SECONDS + 0.05)
        return passes, last

    with asyncio.Runner(loop_factory=LeapingLoop) as clock:
        passes, last = clock.run(story())
    assert not passes.overlaps
    for key, at in last.items():
        assert passes.started[key][-1] >= at


@pytest.mark.parametrize("ticks", range(4))
async def test_a_queue_that_is_stopped_at_the_moment_of_a_change_stops(ticks):
    queue = WorkQueue(Passes(), lambda *_: None)
    running = asyncio.create_task(queue.run())
    queue.add("flights", after=20)
    await asyncio.sleep(0.01)
    queue.add("delays", after=10)
    for _ in range(ticks):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=1)
    assert done
