"""Everything is deleted at whatever moment: nothing of it is left, and nothing comes back."""

import asyncio
from contextlib import suppress

from tests.faults.api import script, story
from tests.harness.harness import stage
from tests.harness.invariants import always

EVERY = 5  # of the writes before the deletion
SPARED = 5  # a run writes less than another: what it saw changed twice in one pass is one write


async def test_deletion_at_whatever_moment_leaves_nothing(world, reference):
    numbers = range(1, reference.until_served - SPARED, EVERY)
    runs = await asyncio.gather(*(deleted_at(world, number) for number in numbers))
    problems = [problem for run in runs for problem in run]
    assert not problems, "\n".join(problems)


async def deleted_at(world, number):
    due = script.Nth(number)
    async with stage(world) as here:
        here.proxy.on_call = script.watched(due)
        here.operator()
        telling = asyncio.create_task(story.told(here))
        await here.journal.until(lambda: due.struck, "the moment")
        telling.cancel()
        await asyncio.wait([telling])
        await story.delete_all(here)
        problems = [f"at rest there was {call}" for call in await here.rests()]
        problems += [f"{one} is left" for one in await lasting(here.journal)]
        problems += always(here.journal, here.proxy.calls)
        theirs = [key for key in here.journal.now if key.name == "theirs"]
        problems += [] if len(theirs) == len(story.BYSTANDERS) else [f"of theirs there is only {theirs}"]
        return [f"deleted at {due}: {problem}" for problem in problems]


async def lasting(journal):
    """What is left for good: a Job that was on its way when its owner went is collected after it came."""
    with suppress(AssertionError):
        await journal.until(lambda: not story.left(journal), "nothing of it is left")
    return story.left(journal)
