"""Stalled by a name that somebody else has, or by a quota: said once, kept while it is so, then gone."""

from typing import Any

from colonnade.plan.common.actions import EnsureClientService
from colonnade.plan.common.conditions import true, with_transition_time
from colonnade.plan.common.decision import Decision
from colonnade.plan.common.obstacles import NAME_TAKEN, known_obstacle, obstructed, refusal, stalled
from colonnade_api import DeploymentStatus
from tests.unit.plan.world import at

TAKEN = "services/late exists and belongs to someone else"


def status(*conditions: str) -> DeploymentStatus:
    updates = (true(kind, "Reason", "message") for kind in conditions)
    return DeploymentStatus(conditions=with_transition_time(updates, (), 1, at(0)))


def decision(*conditions: str) -> Decision[Any]:
    return Decision((EnsureClientService("late"),), status(*conditions))


def taken(before: DeploymentStatus, seconds: float) -> DeploymentStatus:
    found: DeploymentStatus = stalled(
        decision("Ready", "Reconciling"), obstructed(NAME_TAKEN, TAKEN, before, 1, at(seconds))
    ).status
    return found


def test_it_takes_the_place_of_what_the_pass_would_say_of_its_progress() -> None:
    assert {each.type: each.reason for each in taken(status(), 0).conditions} == {
        "Ready": "Reason",
        "Stalled": "NameTaken",
    }


def test_found_again_it_is_the_same_word_for_word() -> None:
    first = taken(status(), 0)
    assert taken(first, 60) == first
    assert stalled(decision("Ready", "Reconciling"), known_obstacle(first, decision())).status == first


def test_what_was_not_taken_is_left_as_it_was_decided() -> None:
    decided = decision("Ready", "Stalled")
    assert stalled(decided, known_obstacle(status("Stalled"), decided)) is decided


def test_a_pass_that_attempts_nothing_does_not_repeat_it() -> None:
    assert known_obstacle(taken(status(), 0), Decision((), status("Stalled"))) is None


def test_a_quota_is_told_from_other_refusals() -> None:
    full = 'jobs.batch "flights-1" is forbidden: exceeded quota: team, requested: count/jobs.batch=1, limited: 2'
    assert refusal(full) == (
        "QuotaExceeded",
        f"{full}; free what the namespace doesn't need, or have its ResourceQuota raised",
    )
    assert refusal("admission webhook denied the request")[0] == "Refused"
