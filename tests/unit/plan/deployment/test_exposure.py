from colonnade.plan.deployment.exposure import exposure
from colonnade.signals.evidence import Exposure
from tests.unit.plan.world import MODEL, World, at, policy, world

V1, V2 = f"{MODEL}-1", f"{MODEL}-2"


def asked(it: World) -> Exposure | None:
    return exposure(it.status, it.spec, at(it.second))


def test_before_it_had_a_request_a_candidate_is_not_measured() -> None:
    it = world()
    it.release(V2)
    it.run(2)
    assert it.status.candidate is not None
    assert asked(it) is None


def test_what_merely_serves_is_measured_and_nothing_is_decided_on_it() -> None:
    it = world()
    found = asked(it)
    assert found is not None
    assert (found.subject, found.baseline, found.standing) == (it.revision(V1), None, True)


def test_a_candidate_is_measured_beside_stable_since_its_first_requests() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 5)
    since = at(it.second)
    it.until(lambda now: now.weight() == 25)
    found = asked(it)
    assert found is not None
    assert (found.subject, found.baseline, found.since) == (it.revision(V2), it.revision(V1), since)


def test_with_all_requests_nothing_is_beside_it() -> None:
    it = world(strategy={"blueGreen": {"hold": "20s"}})
    slow = {"type": "Latency", "quantile": 0.99, "maxDuration": "50ms", "comparedTo": "Stable", "maxRatio": 1.3}
    it.policy = policy({"name": "slow", **slow})
    it.release(V2)
    it.until(lambda now: now.weight() == 100)
    found = asked(it)
    assert found is not None
    assert found.baseline is None
    it.until(lambda now: now.serves(V2))


def test_one_that_goes_home_is_not_measured_any_more_and_a_promoted_one_is() -> None:
    it = world()
    it.release(V2, fails=0.5)
    it.until(lambda now: now.status.rejected)
    assert asked(it) is None
    it.release(f"{MODEL}-3")
    it.until(lambda now: now.serves(f"{MODEL}-3"))
    found = asked(it)
    assert found is not None
    assert (found.subject, found.hold_since) == (it.revision(f"{MODEL}-3"), None)
