"""An API server that refuses, fails, falls silent or hangs up: the end is the same, only later."""

import asyncio

import pytest

from colonnade.kube.kinds import CLAIMS, JOBS
from tests.faults.api import script, story
from tests.faults.api.runs import all_of, ends_as_ever, scripted
from tests.harness.process import HASTY
from tests.harness.users import Users

UNAUDITED = {"COLONNADE_RELIST_SECONDS": "600"}


def writes(call):
    return call.writes


def reads(call):
    return not call.writes


def status_of_the_deployment(call):
    return call.path == "deployments/late/status"


REFUSALS = (
    scripted("each first write meets a conflict", script.refused(script.First(writes), 409, "Conflict")),
    scripted("each first write is unauthorized", script.refused(script.First(writes), 401, "Unauthorized")),
    scripted("each first write fails", script.refused(script.First(writes), 500, "InternalError")),
    scripted("each first write breaks the connection", script.before(script.First(writes))),
    scripted("every third read fails", script.refused(script.Every(3, reads), 500, "InternalError")),
    scripted("every third read breaks the connection", script.before(script.Every(3, reads))),
    scripted("two status writes hang", script.hung(script.First(status_of_the_deployment, 2))),
    scripted(
        "every fifth call is one too many",
        script.refused(script.Every(5, lambda _: True), 429, "TooManyRequests", **{"Retry-After": "1"}),
    ),
)
WATCHES = (
    scripted("watches are gone after two events each", on_watch=script.gone_after(2)),
    scripted("watches end in the midst of their third event", on_watch=script.cut_after(2)),
)


@pytest.mark.parametrize("trials", [REFUSALS, WATCHES], ids=["calls", "watches"])
async def test_whatever_the_api_server_does_the_end_is_the_same(world, reference, trials):
    problems = await all_of(trials, world, reference)
    assert not problems, "\n".join(problems)


async def test_an_api_server_that_falls_silent_ends_the_leader_and_the_next_one_goes_on(here, reference):
    silence = asyncio.Event()
    here.proxy.on_call = script.hung(lambda _: silence.is_set())
    operator = here.operator(environment=HASTY, restarted=False)
    await here.until(operator.leads, True)
    silence.set()
    await here.journal.until(operator.has_ended, "its end")
    assert operator.exits == [1]
    silence.clear()
    operator.start()
    await story.told(here)
    assert await ends_as_ever(here, reference) == []


async def test_watches_that_end_are_started_anew_without_an_audit(here):
    discovery = script.First(lambda call: call.path.endswith("/apis/batch/v1"))
    here.proxy.on_call = script.refused(discovery, 400, "BadRequest")
    operator = here.operator(environment=UNAUDITED)
    await here.until(operator.restarts, 1)
    await Users(here.client, here.journal).dataset()
    await here.journal.until(lambda: next(here.journal.of(JOBS), None), "its Job")


async def test_a_claim_whose_making_met_a_conflict_is_made_all_the_same(here):
    first = script.First(lambda call: (call.verb, call.path) == ("create", "persistentvolumeclaims"))
    here.proxy.on_call = script.refused(first, 409, "Conflict")  # as a quota answers that is just being counted
    here.operator()
    await Users(here.client, here.journal).dataset()
    await here.journal.until(lambda: next(here.journal.of(JOBS), None), "its Job")
    await here.journal.until(lambda: next(here.journal.of(CLAIMS), None), "its store")
