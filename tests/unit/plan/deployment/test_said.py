"""What people read of a rollout is so: its step, its pods, its names."""

from dataclasses import replace

import pytest

from colonnade.plan.deployment.plan import plan
from tests.unit.plan.deployment.test_rollouts import V1, V2, rests
from tests.unit.plan.world import World, at, world

LONGER = [{"setWeight": weight, "hold": "20s"} for weight in (5, 10, 25, 50, 75)]
SHORTER = [{"setWeight": 50, "hold": "20s"}]


def canary(steps: list[dict[str, object]]) -> dict[str, object]:
    return {"canary": {"steps": steps}}


@pytest.mark.parametrize(("steps", "shown"), [(LONGER, "2/5"), (SHORTER, "1/1")])
def test_steps_that_are_changed_midway_are_counted_anew(steps: list[dict[str, object]], shown: str) -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 25)
    it.change(strategy=canary(steps))
    it.run(1)
    assert it.status.step is not None
    assert it.status.step.shown == shown
    it.until(lambda now: now.serves(V2))
    rests(it)


def test_without_replicas_everything_says_so() -> None:
    it = world()
    it.rate = 0
    it.change(replicas=0)
    it.run(10)
    said = f"spec.replicas is 0: no pod of {V1} is asked for, and no request is answered"
    assert (it.condition("Ready"), it.said("Ready")) == ("False ScaledToZero", said)
    assert (it.condition("Progressing"), it.said("Progressing")) == ("False ScaledToZero", said)
    rests(it)
    it.release(V2)
    it.run(5)
    it.annotate(abort=it.revision(V2))
    it.run(10)
    assert it.condition("Stalled") == "True Rejected"
    assert "serves" not in it.said("Stalled")


def test_a_candidate_without_replicas_waits_for_some_and_says_so() -> None:
    it = world()
    it.rate = 0
    it.change(replicas=0)
    it.run(10)
    it.release(V2)
    it.run(10)
    assert it.condition("Progressing") == "True ScaledToZero"
    assert it.condition("CandidateReady") == "False ScaledToZero"
    assert it.condition("Ready") == "False ScaledToZero"
    assert it.said("Progressing") == f"spec.replicas is 0: no pod of {V2} is asked for"
    it.change(replicas=2)
    it.rate = 200
    it.until(lambda now: now.serves(V2))


def test_who_has_no_replicas_is_not_looked_at_until_something_changes() -> None:
    it = world()
    it.rate = 0
    it.change(replicas=0)
    it.run(10)
    it.release(V2)
    it.run(10)
    passes = it.passes
    it.run(120)
    assert it.passes == passes


def test_replicas_taken_away_midway_take_the_weight_along() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 25)
    it.rate = 0
    it.change(replicas=0)
    it.run(5)
    assert (it.weight(), it.condition("Progressing")) == (0, "True ScaledToZero")


def changed_settings(**model: object) -> tuple[World, str, str]:
    it = world()
    before = it.revision(V1)
    it.models[V1] = it.models[V1].__class__(**model)  # type: ignore[arg-type]
    it.change(serving={"gracePeriod": "45s"}, progressDeadline="1m")
    return it, f"{V1} ({before})", f"{V1} ({it.revision(V1)})"


def test_new_settings_alone_are_told_by_their_revisions() -> None:
    it, before, after = changed_settings(fails=0.3)
    it.until(lambda now: now.status.rejected)
    assert it.said("RolledBack").endswith(f"; all traffic is back on {before}")
    it.run(30)
    assert it.said("Stalled").startswith(f"{after} failed here (ErrorRateBreached)")
    said = [event.message for event in it.events]
    assert f"{after} starts beside {before}" in said
    assert f"{after} gets 5 % of the requests (before: 0 %), step 1 of 3" in said


def test_new_settings_alone_that_keep_pods_from_starting_name_the_revision() -> None:
    it, before, after = changed_settings(never_ready="OOMKilled")
    it.run(10)
    assert it.said("Progressing") == f"0 of 2 pods of {after} are ready: OOMKilled"
    it.until(lambda now: now.status.rejected)
    assert it.said("RolledBack").endswith(f"; all traffic is back on {before}")


def test_new_settings_alone_that_prove_good_name_the_revision_in_history() -> None:
    it, _, after = changed_settings()
    it.until(lambda now: now.status.history[0].outcome == "Promoted" and now.status.candidate is None)
    it.until(lambda now: len(now.status.history) == 2)
    assert (it.status.history[0].message or "").startswith(f"{after} passed all 3 steps")


def test_a_promotion_keeps_the_numbers_that_it_was_promoted_on() -> None:
    it = world()
    it.release(V2, fails=0.001)
    it.until(lambda now: now.serves(V2))
    message = it.status.history[0].message or ""
    assert message.startswith(f"{V2} passed all 3 steps; errors: 0.")
    assert "requests failed (limit 1 %, stable 0 %)" in message
    it.run(600)
    assert it.status.history[0].message == message


UNMADE = (
    "FailedCreate: exceeded quota: team, requested: pods=1, used: pods=4, limited: pods=4",
    "Unschedulable: 0/2 nodes are available: 2 Insufficient memory",
    "CrashLoopBackOff: OOMKilled: it took more memory than its limit; raise resources.limits.memory",
    "ImagePullBackOff: no such image",
)


@pytest.mark.parametrize("why", UNMADE)
def test_what_keeps_pods_from_being_made_is_told_wherever_people_look(why: str) -> None:
    it = world(progressDeadline="1m")
    it.release(V2, never_ready=why)
    it.run(10)
    assert it.said("Progressing") == it.said("CandidateReady") == f"0 of 2 pods of {V2} are ready: {why}"
    it.until(lambda now: now.status.rejected)
    assert f"0 of 2 pods of {V2} are ready: {why}" in it.said("RolledBack")


@pytest.mark.parametrize("why", UNMADE)
def test_what_keeps_one_of_stables_pods_is_told_though_the_other_answers(why: str) -> None:
    it = world()
    observed = it.observe()
    half = replace(observed.workloads[0], endpoints=1, ready=1, available=1, waiting=(why,))
    status = plan(replace(observed, workloads=(half,)), at(it.second)).status
    ready, reconciling = status.condition("Ready"), status.condition("Reconciling")
    assert ready is not None
    assert (ready.status, ready.message) == ("True", f"{V1} answers on 1 of 2 pods: {why}")
    assert reconciling is not None
    assert reconciling.message == f"1 of 2 pods of {V1} are ready: {why}"
