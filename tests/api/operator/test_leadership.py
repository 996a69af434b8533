"""Two replicas, one leader. What becomes of one that sleeps past its lease: tests/faults/api/test_leadership.py."""

import signal
from itertools import pairwise
from time import monotonic

from kubernetes.aio.config import kube_config

from colonnade.kube.kinds import DATASETS, LEASES
from colonnade.runtime.election import Election
from colonnade.runtime.settings import Settings

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


async def test_no_work_delays_a_renewal(here, monkeypatch):
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(here.restricted))
    settings = Settings(
        namespace=here.client.namespace, pod_name="busy", lease_seconds=5, renew_seconds=4, retry_seconds=0.5
    )
    lost: list[str] = []
    election = Election(settings, lambda: lost.append("the lease"))
    await election.won()
    until = monotonic() + 2 * settings.renew_seconds
    while monotonic() < until:  # this loop has no turn for anybody else
        sum(range(1000))
    assert election.holds()
    await election.release()
    lease = await here.client.get(here.client.key(LEASES, "colonnade-operator"))
    assert (lease["spec"]["leaseTransitions"], lease["spec"]["holderIdentity"], lost) == (1, "", [])


def renewals(here):
    return [call for call in here.proxy.calls if (call.verb, call.path) == ("update", "leases/colonnade-operator")]
