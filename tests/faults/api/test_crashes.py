"""An operator killed at each of its writes, and answers that it never hears: the end is the same.

Killed before a write is killed after the one before it, so a few of those are enough; COLONNADE_EVERY_CRASH=1 for all.
"""

import os
import random

import pytest

from tests.faults.api import script
from tests.faults.api.runs import Trial, all_of

STRIKES = {
    "killed before": lambda stage, due: script.before(due, stage.kill),
    "killed after": lambda stage, due: script.after(due, stage.kill),
    "unanswered at": lambda _stage, due: script.after(due),
}
SHARES = {"killed before": 0.2, "killed after": 1.0, "unanswered at": 0.5}
SEED = 7


def numbers(how, writes):
    share = 1.0 if os.environ.get("COLONNADE_EVERY_CRASH") else SHARES[how]
    return sorted(random.Random(SEED).sample(range(1, writes + 1), round(share * writes)))


def struck_at(how, due):
    def act(stage):
        stage.proxy.on_call = STRIKES[how](stage, due)

    return Trial(f"{how} write {due.number}", act)


@pytest.mark.parametrize("how", STRIKES)
async def test_whichever_write_is_struck_the_end_is_the_same(world, reference, how):
    dues = [script.Nth(number) for number in numbers(how, reference.writes)]
    problems = await all_of([struck_at(how, due) for due in dues], world, reference)
    assert not problems, "\n".join(problems)
    assert sum(due.struck is not None for due in dues) >= 0.9 * len(dues)
