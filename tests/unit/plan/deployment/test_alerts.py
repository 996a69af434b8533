"""What follows where rows have moved: a rollback where that mends something, else a hold; and it is told."""

from typing import Any

import pytest

from tests.unit.plan.world import ERRORS, MODEL, World, policy, world

V1, V2 = f"{MODEL}-1", f"{MODEL}-2"
MOVED = (2000, 8000)


def watched(**drift: Any) -> World:
    it = world()
    it.policy = policy(ERRORS, {"name": "drift", "type": "FeatureDrift", "minSamples": 1000, **drift})
    return it


def released(it: World, rows: dict[str, tuple[int, int]]) -> World:
    it.rows = rows
    it.release(V2)
    return it.until(lambda now: now.weight() == 5)


def reasons(it: World) -> list[str]:
    return [event.reason for event in it.events]


def test_a_candidate_on_which_inputs_moved_alone_goes_back() -> None:
    it = released(watched(action="Rollback"), {V2: MOVED}).until(lambda now: now.status.rejected)
    assert it.condition("RolledBack") == "True FeatureDriftBreached"
    assert "not on stable: it is the candidate (delay)" in it.said("RolledBack")


@pytest.mark.parametrize("action", ["Rollback", "Hold"])
def test_where_the_world_changed_the_rollout_holds_and_says_so(action: str) -> None:
    it = released(watched(action=action), {V1: MOVED, V2: MOVED}).run(120)
    assert (it.weight(), it.status.rejected) == (5, ())
    assert it.condition("Progressing") == "True FeatureDriftBreached"
    assert "the world changed, not the candidate; the weight stays at 5 %" in it.said("Progressing")
    assert "to go back would mend nothing" in it.said("Progressing")


def test_an_alert_is_told_and_the_rollout_goes_on() -> None:
    it = released(watched(), {V1: MOVED, V2: MOVED}).until(lambda now: now.serves(V2))
    assert reasons(it).count("FeatureDriftBreached") == 1
    assert it.condition("Alerting") == "True FeatureDriftBreached"
    assert "delay (PSI " in it.said("Alerting")


def test_what_merely_serves_is_told_of_and_never_taken_back() -> None:
    it = watched(action="Rollback").run(30)
    assert it.condition("Alerting") == "False Quiet"
    it.rows = {V1: MOVED}
    it.until(lambda now: now.condition("Alerting") == "True FeatureDriftBreached", within=90)
    assert it.serves(V1)
    it.run(1800)
    assert reasons(it).count("FeatureDriftBreached") == 1
    it.rows = {}
    it.until(lambda now: now.condition("Alerting") == "False Quiet", within=90)
    assert reasons(it).count("Recovered") == 1


def test_watching_what_serves_writes_nothing_while_nothing_turns() -> None:
    it = watched().run(60)
    before = it.writes
    it.run(3000)
    assert it.writes == before
    it.run(4000)
    assert it.writes - before <= 2


def test_a_policy_that_watches_nothing_of_what_serves_leaves_it_at_rest() -> None:
    it = world().run(60)
    passes = it.passes
    it.run(3000)
    assert it.passes == passes
    assert it.condition("Alerting") == "absent"
