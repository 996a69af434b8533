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
PARTS = {"killed before": 1, "killed after": 5, "unanswered at": 3}  # so that workers may share in them
SEED = 7


def numbers(how, part, writes):
    share = 1.0 if os.environ.get("COLONNADE_EVERY_CRASH") else SHARES[how]
    return sorted(random.Random(SEED).sample(range(1, writes + 1), round(share * writes)))[part :: PARTS[how]]


def struck_at(how, due):
    def act(stage):
        stage.proxy.on_call = STRIKES[how](stage, due)

    return Trial(f"{how} write {due.number}", act)


@pytest.mark.parametrize(("how", "part"), [(how, part) for how, parts in PARTS.items() for part in range(parts)])
async def test_whichever_write_is_struck_the_end_is_the_same(world, reference, how, part):
    dues = [script.Nth(number) for number in numbers(how, part, reference.writes)]
    problems = await all_of([struck_at(how, due) for due in dues], world, reference)
    assert not problems, "\n".join(problems)
    assert sum(due.struck is None for due in dues) <= 1  # of the last writes, which not every run needs
