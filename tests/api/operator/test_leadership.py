"""Two replicas, one leader. What becomes of one that sleeps past its lease: tests/faults/api/test_leadership.py."""

import signal
from itertools import pairwise

from colonnade.manifests.resources import DATASETS

LONG = {"COLONNADE_LEASE_SECONDS": "600", "COLONNADE_RENEW_SECONDS": "400", "COLONNADE_RETRY_SECONDS": "0.4"}


async def test_a_standby_is_ready_and_writes_nothing(here, users):
    leader = here.operator("operator-a", LONG)
    await here.until(leader.leads, True)
    standby = here.operator("operator-b", LONG)
    await here.until(standby.ready, True)
    await users.dataset()
    await here.journal.until(lambda: here.journal.says(DATASETS, "flights", Ready="True"), "a version")
    assert await leader.leads()
    assert not await standby.leads()
    assert here.proxy.writes("operator-b") == []


async def test_a_leader_that_is_told_to_stop_lets_go_long_before_its_lease_ends(here):
    leader = here.operator("operator-a", LONG, restarted=False)
    await here.until(leader.leads, True)
    standby = here.operator("operator-b", LONG)
    leader.send(signal.SIGTERM)
    await here.journal.until(leader.has_ended, "its end")
    assert leader.exits == [0]
    await here.until(standby.leads, True)


async def test_a_leader_renews_its_lease_at_each_retry_and_no_sooner(here):
    leader = here.operator("operator-a", LONG)
    await here.until(leader.leads, True)
    await here.journal.until(lambda: len(renewals(here)) > 4, "renewals")
    assert all(later.at - earlier.at >= 0.4 for earlier, later in pairwise(renewals(here)))


def renewals(here):
    return [call for call in here.proxy.calls if (call.verb, call.path) == ("update", "leases/colonnade-operator")]
