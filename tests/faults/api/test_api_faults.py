"""An API server that refuses, fails, falls silent or hangs up: the end is the same, only later."""

from colonnade.manifests.resources import JOBS
from tests.faults.api import script
from tests.faults.api.story import Users

UNAUDITED = {"COLONNADE_AUDIT_SECONDS": "600"}


async def test_watches_that_end_are_started_anew_without_an_audit(here):
    discovery = script.First(lambda call: call.path.endswith("/apis/batch/v1"))
    here.proxy.on_call = script.refused(discovery, 400, "BadRequest")
    operator = here.operator(environment=UNAUDITED)
    await here.until_measured(operator, "colonnade_operator_watch_restarts_total", 1)
    await Users(here.client, here.journal).dataset()
    await here.journal.until(lambda: next(here.journal.of(JOBS), None), "its Job")
