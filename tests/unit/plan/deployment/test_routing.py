from colonnade.plan.deployment.observed import Applied, Router
from colonnade.plan.deployment.routing import contradicts, mentions, sends, unapplied

OLD, NEW = "1111111111", "2222222222"
QUARTER = Applied(OLD, NEW, 25)


def router(applied: Applied | None, ready: bool = True, reachable: bool = True) -> Router:
    return Router("router-0", ready, reachable, applied)


def test_a_weight_is_in_force_when_every_ready_router_shows_it() -> None:
    assert unapplied((router(QUARTER), router(QUARTER)), QUARTER) == ""
    assert unapplied((router(QUARTER), router(Applied(OLD, NEW, 5))), QUARTER) == "router router-0 still sends 5 %"
    assert unapplied((router(QUARTER), router(None, ready=False)), QUARTER) == ""


def test_another_stable_or_candidate_is_another_weight() -> None:
    for other in (Applied(NEW, NEW, 25), Applied(OLD, "3333333333", 25), None):
        assert unapplied((router(other),), QUARTER) != ""
        assert contradicts((router(other),), QUARTER)


def test_at_weight_0_it_does_not_matter_who_the_candidate_is() -> None:
    assert unapplied((router(Applied(OLD, None, 0)),), Applied(OLD, NEW, 0)) == ""


def test_silence_is_neither_proof_nor_contradiction() -> None:
    silent = (router(None, reachable=False),)
    assert unapplied(silent, QUARTER) == "router router-0 doesn't answer"
    assert not contradicts(silent, QUARTER)
    assert sends(silent, OLD) == "router router-0 doesn't answer"
    assert sends((router(None, ready=False, reachable=False),), OLD) == ""


def test_requests_in_flight_are_waited_for() -> None:
    busy = router(Applied(NEW, None, 0, {OLD: 3}))
    assert sends((busy,), OLD) == "router router-0 waits for 3 answers of 1111111111"


def test_a_router_that_only_knows_a_revision_keeps_its_pods() -> None:
    idle = (router(Applied(OLD, NEW, 0)),)
    assert sends(idle, NEW) == ""
    assert mentions(idle, NEW) == "router router-0 still routes to 2222222222"
    assert mentions((router(Applied(OLD, None, 0)),), NEW) == ""


def test_one_that_is_not_ready_any_more_and_still_sends_is_waited_for() -> None:
    assert mentions((router(QUARTER, ready=False),), NEW) != ""
