"""An operator killed at each of its writes, and answers that it never hears: the end is the same."""

import asyncio

import pytest

from tests.faults.api import script
from tests.faults.api.runs import run

RUNS_AT_A_TIME = 4


def kill(stage):
    return stage.operators["operator-a"].kill


STRIKES = {
    "killed before": lambda stage, due: script.before(due, kill(stage)),
    "killed after": lambda stage, due: script.after(due, kill(stage)),
    "unanswered at": lambda _stage, due: script.after(due),
}


@pytest.mark.parametrize("how", STRIKES)
async def test_whichever_write_is_struck_the_end_is_the_same(world, reference, how):
    turns = asyncio.Semaphore(RUNS_AT_A_TIME)

    async def struck(number):
        due = script.Nth(number)

        def act(stage):
            stage.proxy.on_call = STRIKES[how](stage, due)

        async with turns:
            problems = await run(world, reference, act)
        return due.struck, [f"{how} {due.struck}: {problem}" for problem in problems]

    runs = await asyncio.gather(*(struck(number + 1) for number in range(reference.writes)))
    assert [problem for _, problems in runs for problem in problems] == []
    assert sum(hit is not None for hit, _ in runs) >= 0.9 * reference.writes
