"""What an operator knows is old, or was told twice, or never: it writes nothing that it would regret."""

import asyncio

from colonnade.kube.kinds import DATASETS, WATCHED
from tests.faults.api import script
from tests.faults.api.runs import all_of, scripted
from tests.harness.users import Users

OFTEN_AUDITED = {"COLONNADE_RELIST_SECONDS": "1"}
UNAUDITED = {"COLONNADE_RELIST_SECONDS": "600"}
ALL = frozenset(resource.plural for resource in WATCHED)

EVENTS = (
    scripted(
        "every third event is lost",
        on_watch=script.times(lambda number: int(number % 3 > 0)),
        environment=OFTEN_AUDITED,
    ),
    scripted("no event is told at all", on_watch=script.times(lambda _: 0), environment=OFTEN_AUDITED),
    scripted("each event comes twice", on_watch=script.times(lambda _: 2)),
    scripted("each event comes again after the next", on_watch=script.relapsing()),
)


async def test_events_may_be_lost_and_repeated(world, reference):
    problems = await all_of(EVENTS, world, reference)
    assert not problems, "\n".join(problems)


async def test_what_was_deleted_unseen_is_not_made_again(here):
    deaf = asyncio.Event()
    here.proxy.on_watch = script.deaf_while(deaf, {"datasets"})
    here.operator(environment=UNAUDITED)
    users = Users(here.client, here.journal)
    await users.dataset()
    await here.journal.until(lambda: here.journal.says(DATASETS, "flights", Ready="True"), "a version")
    deaf.set()
    creations = creations_of_jobs(here)
    await users.delete(DATASETS, "flights")
    await here.journal.until(lambda: learnt_of_its_end(here), "a status that nobody wants")
    assert creations_of_jobs(here) == creations


def learnt_of_its_end(here):
    return any((call.path, call.status) == ("datasets/flights/status", 404) for call in here.proxy.calls)


def creations_of_jobs(here):
    return len([call for call in here.proxy.calls if (call.verb, call.path) == ("create", "jobs")])
