"""Two replicas, one leader."""

import signal
import time

from tests.api.operator.processes import eventually


def holder(world):
    lease = world.get("Lease", "colonnade-operator", "coordination.k8s.io/v1")
    return lease and lease["spec"].get("holderIdentity")


def test_a_standby_is_ready_and_writes_nothing(world, replicas):
    leader = replicas("operator-a").start()
    eventually(leader.leads, "the first leads")
    standby = replicas("operator-b").start()
    world.dataset()
    world.job_of("flights")
    assert leader.leads()
    assert not standby.leads()
    assert standby.writes() == 0


def test_a_stopped_leader_is_followed_and_ends_itself_when_it_wakes(world, replicas):
    leader = replicas("operator-a").start()
    eventually(leader.leads, "the first leads")
    standby = replicas("operator-b").start()
    leader.kill(signal.SIGSTOP)
    stopped_at = time.monotonic()
    eventually(standby.leads, "the other leads")
    assert time.monotonic() - stopped_at < 3 + 2  # the lease, and a try
    world.dataset()
    job = world.job_of("flights")
    leader.kill(signal.SIGCONT)
    assert eventually(lambda: leader.exit_code() is not None, "the old leader's end", limit=5)
    assert leader.exit_code() == 1
    assert holder(world) == "operator-b"
    assert [one["metadata"]["uid"] for one in world.jobs_of("flights")] == [job["metadata"]["uid"]]


def test_a_leader_that_is_told_to_stop_lets_go_at_once(world, replicas):
    leader = replicas("operator-a").start()
    eventually(leader.leads, "the first leads")
    standby = replicas("operator-b").start()
    leader.kill(signal.SIGTERM)
    assert eventually(lambda: leader.exit_code() is not None, "its end", limit=10)
    assert leader.exit_code() == 0
    released_at = time.monotonic()
    eventually(standby.leads, "the other leads")
    assert time.monotonic() - released_at < 2


def test_a_leader_renews_its_lease_every_second(world, replicas):
    leader = replicas(
        "operator-a", COLONNADE_LEASE_SECONDS="6", COLONNADE_RENEW_SECONDS="4", COLONNADE_RETRY_SECONDS="1"
    )
    leader.start()
    eventually(leader.leads, "leading")
    seen = set()
    deadline = time.monotonic() + 3.5
    while time.monotonic() < deadline:
        seen.add(world.get("Lease", "colonnade-operator", "coordination.k8s.io/v1")["spec"]["renewTime"])
        time.sleep(0.1)
    assert len(seen) >= 3
