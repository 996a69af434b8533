"""An operator killed after each write of a retraining: one ModelVersion, one record, and it serves in the end."""

import asyncio
import re

import pytest

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, MONITOR_POLICIES
from tests.e2e.router.metrics import Scraper
from tests.faults.api import script
from tests.faults.api.routers import Counters
from tests.harness.answers import new_version
from tests.harness.harness import stage
from tests.harness.invariants import always
from tests.harness.process import CALM
from tests.harness.users import Users

OF_IT = re.compile(r"^(monitorpolicies/usual/status|datasets/flights|modelversions)$")
ERRORS = {"name": "errors", "type": "ErrorRate", "max": 0.01, "minSamples": 50, "window": "10s", "action": "Retrain"}
MOVED = "sha256:" + "7" * 64
WRITES = 6  # begun, the refresh, a name, the ModelVersion, it was seen, how it ended
RUNS_AT_A_TIME = 3


class WriteOfIt:
    """Due at the write of this number among those of a retraining, once it is armed."""

    def __init__(self, number: int) -> None:
        self.number, self.seen, self.armed, self.struck = number, 0, False, ""

    def __call__(self, call) -> bool:
        if not (self.armed and call.writes and OF_IT.match(call.path)):
            return False
        self.seen += 1
        if self.seen == self.number:
            self.struck = str(call)
        return self.seen == self.number


@pytest.fixture
async def metrics(tmp_path):
    counters = Counters()
    await counters.start()
    scraper = Scraper.of_router(tmp_path, counters.port)
    await scraper.start()
    yield counters, scraper
    await scraper.stop()
    await counters.stop()


def role(here, name):
    return ((here.journal.find(DEPLOYMENTS, "late") or {}).get("status") or {}).get(name) or {}


def retrainings(here):
    return ((here.journal.find(MONITOR_POLICIES, "usual") or {}).get("status") or {}).get("retrainings") or []


async def retrained(here, due, counters):
    """From a version that fails to the one that was trained in its place."""
    users, namespace = Users(here.client, here.journal), here.client.namespace
    await users.want(MONITOR_POLICIES, "usual", {"interval": "1s", "signals": [ERRORS]})
    await users.serve(monitorPolicyRef={"name": "usual"})
    await users.train()
    await users.dataset()
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves")
    usual = here.kubelet.answer
    here.kubelet.answer = lambda one: new_version(1200, MOVED) if one["command"][1] == "dataset" else usual(one)
    due.armed = True
    counters.failing.add((namespace, role(here, "stable")["revision"]))
    counters.serves(namespace, "late", role(here, "stable")["revision"])
    await here.journal.until(lambda: role(here, "candidate").get("modelVersion") == "late-r1", "late-r1 takes over")
    counters.serves(namespace, "late", role(here, "candidate")["revision"])
    await users.promote("late-r1")
    await here.journal.until(lambda: users.serves("late-r1"), "late-r1 serves")
    await here.journal.until(lambda: [one.get("outcome") for one in retrainings(here)] == ["Promoted"], "it is over")


async def problems_of(number, world, counters, scraper):
    due = WriteOfIt(number)
    async with stage(world) as here:
        here.proxy.on_call = script.after(due, here.kill)
        here.operator(environment=CALM | {"COLONNADE_PROMETHEUS_URL": scraper.prometheus.url})
        await retrained(here, due, counters)
        names = sorted(one["metadata"]["name"] for one in here.journal.of(MODEL_VERSIONS))
        problems = [] if names == ["late-1", "late-r1"] else [f"killed after {due.struck}: there are {names}"]
        if number <= WRITES and not due.struck:
            problems.append(f"there was no write {number}")
        made = here.journal.now[here.client.key(MODEL_VERSIONS, "late-r1")]
        assert made["metadata"]["labels"]["colonnade.dev/retrained-by"] == "usual"
        assert not made["metadata"].get("ownerReferences")
        assert here.journal.now[here.client.key(DATASETS, "flights")]["status"]["current"] == MOVED
        return [*problems, *always(here.journal, here.proxy.calls)]


async def test_killed_after_each_write_it_makes_one_version_that_serves(world, metrics):
    turns = asyncio.Semaphore(RUNS_AT_A_TIME)

    async def run(number):
        async with turns:
            return await problems_of(number, world, *metrics)

    found = await asyncio.gather(*map(run, range(1, WRITES + 1)))
    assert not [problem for problems in found for problem in problems]
