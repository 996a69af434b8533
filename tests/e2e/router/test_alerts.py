"""What a policy tells, through a real Alertmanager to chat, pager and hook: once, and once more when it is over."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from colonnade.act.alertmanager import Alertmanagers
from colonnade.plan.common.actions import SendAlerts
from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy, WatchedDeployment
from colonnade.plan.monitorpolicy.plan import plan
from colonnade_api import MonitorPolicyStatus, ObjectMeta, Verdict
from tests.e2e.router.alertmanager import Alertmanager, Receivers
from tests.ports import port
from tests.unit.plan.world import ERRORS, START, policy


class Policy:
    """Passes over one policy, and what they tell."""

    def __init__(self, url, session):
        self.spec = policy(
            ERRORS, alerts=[{"name": "on-call", "alertmanager": {"url": url}, "labels": {"team": "air"}}]
        )
        self.status, self.alertmanagers = MonitorPolicyStatus(), Alertmanagers(session)

    async def passes(self, result):
        verdict = Verdict(signal="errors", result=result, message="4 % of 1,204 requests failed")
        observed = ObservedMonitorPolicy(
            metadata=ObjectMeta(name="watch", namespace="demo", generation=1, creation_timestamp=START),
            spec=self.spec,
            status=self.status,
            targets=(WatchedDeployment("flights", (verdict,), stable="late-1"),),
            untold=self.alertmanagers.of("demo", "watch"),
        )
        decision = plan(observed, datetime.now(UTC))
        for action in decision.actions:
            assert isinstance(action, SendAlerts)
            await self.alertmanagers.send("demo", "watch", action)
        self.status = decision.status

    def delivered(self):
        found = self.status.condition("AlertsDelivered")
        assert found is not None
        return found.status, found.message


@pytest.fixture
async def receivers():
    made = Receivers()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def alertmanager(tmp_path, receivers):
    made = Alertmanager(tmp_path, receivers.config())
    await made.start()
    yield made
    made.stop()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as made:
        yield made


async def test_a_breach_is_told_once_and_once_more_when_it_is_over(alertmanager, receivers, session):
    watch = Policy(alertmanager.url, session)
    for _ in range(3):
        await watch.passes("Fail")
    await asyncio.gather(*(receivers.hears(name, 1) for name in ("slack", "pagerduty", "webhook")))
    await watch.passes("Fail")
    await watch.passes("Pass")
    (fired, over) = await receivers.hears("pagerduty", 2)
    assert (fired["event_action"], over["event_action"]) == ("trigger", "resolve")
    assert fired["dedup_key"] == over["dedup_key"]
    (fired, over) = await receivers.hears("webhook", 2)
    assert [each["status"] for each in (fired, over)] == ["firing", "resolved"]
    (alert,) = fired["alerts"]
    assert alert["labels"]["alertname"] == "ErrorRateBreached"
    assert alert["labels"]["team"] == "air"
    assert alert["annotations"]["summary"] == "mdep/flights, mv/late-1: errors: 4 % of 1,204 requests failed"
    assert len(await receivers.hears("slack", 2)) == 2
    assert watch.delivered() == ("True", "on-call: told of all that fires")


async def test_who_was_away_is_told_once_it_is_back(alertmanager, receivers, session):
    receivers.failing = True
    watch = Policy(alertmanager.url, session)
    await watch.passes("Fail")
    await receivers.refuses(2)
    receivers.failing = False
    (fired,) = await receivers.hears("webhook", 1)
    assert fired["status"] == "firing"


async def test_an_alertmanager_that_hangs_costs_its_limit_and_is_said(session):
    held = await asyncio.start_server(lambda _reader, _writer: asyncio.sleep(3600), "127.0.0.1", number := port())
    watch = Policy(f"http://127.0.0.1:{number}", session)
    began = datetime.now(UTC)
    await watch.passes("Fail")
    assert datetime.now(UTC) - began < timedelta(seconds=20)
    await watch.passes("Fail")
    status, said = watch.delivered()
    assert (status, "told again in the next pass" in said) == ("False", True)
    held.close()


async def test_an_alertmanager_that_comes_back_hears_what_still_fires(tmp_path, receivers, session):
    late = Alertmanager(tmp_path, receivers.config())
    watch = Policy(late.url, session)
    await watch.passes("Fail")
    await late.start()
    await watch.passes("Fail")
    (fired,) = await receivers.hears("webhook", 1)
    assert fired["alerts"][0]["startsAt"][:19] == watch.status.firing[0].since.isoformat()[:19]
    late.stop()
