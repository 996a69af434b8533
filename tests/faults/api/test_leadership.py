"""Two operators, of which the leader sleeps past its lease: when it wakes it ends, and the end is the same."""

import asyncio
import signal
from itertools import groupby

import pytest

from tests.faults.api import script, story
from tests.faults.api.runs import ends_as_ever
from tests.harness.harness import stage
from tests.harness.process import HASTY

NUMBERS = (6, 18, 30, 42)


def sleeps_after(due, sleep, _released):
    """Its write was made, and it never heard so."""
    return script.after(due, sleep)


def sleeps_before(due, sleep, released):
    """Its write is on its way, and comes when another leads."""
    return script.late(due, sleep, released)


@pytest.mark.parametrize("how", [sleeps_after, sleeps_before])
async def test_a_leader_that_sleeps_at_a_write_is_followed_and_ends(world, reference, how):
    runs = await asyncio.gather(*(slept(world, reference, how, number) for number in NUMBERS))
    problems = [problem for run in runs for problem in run]
    assert not problems, "\n".join(problems)


async def slept(world, reference, how, number):
    due, released = script.Nth(number), asyncio.Event()
    async with stage(world) as here:
        here.proxy.on_call = how(due, lambda: sleeper(here, due).send(signal.SIGSTOP), released)
        for name in ("operator-a", "operator-b"):
            here.operator(name, environment=HASTY)
        _, problems = await asyncio.gather(story.told(here), woken(here, due, released))
        writers = [name for name, _ in groupby(call.operator for call in here.proxy.writes())]
        problems += [] if len(writers) == 2 else [f"they wrote in turn: {writers}"]
        problems += await ends_as_ever(here, reference)
        return [f"{how.__name__} {due}: {problem}" for problem in problems]


def sleeper(here, due):
    return here.operators[due.struck.operator]


async def woken(here, due, released):
    """What is wrong with how it ends."""
    await here.journal.until(lambda: due.struck, "a leader that sleeps")
    asleep = sleeper(here, due)
    (other,) = (operator for operator in here.operators.values() if operator is not asleep)
    await here.until(other.leads, True)
    released.set()
    asleep.send(signal.SIGCONT)
    await here.journal.until(lambda: asleep.exits, "the end of the one that slept")
    return [] if asleep.exits == [1] else [f"{asleep.name} ended with {asleep.exits}"]
