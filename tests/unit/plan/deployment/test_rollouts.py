"""Whole rollouts in the small world: each ends, and then nothing moves any more."""

from datetime import timedelta
from functools import partial

import pytest

from colonnade.signals.evidence import Missing
from tests.unit.plan.world import ERRORS, MODEL, World, at, policy, world

V1, V2, V3, V4 = (f"{MODEL}-{n}" for n in range(1, 5))
AWAY = Missing("Error", "connection refused")


def rests(it: World) -> None:
    """A fixed point: what is decided again and again changes nothing."""
    it.run(30)
    writes, status = it.writes, it.status
    it.run(300)
    assert (it.writes, it.status) == (writes, status)
    assert it.unanswered == 0


def test_the_first_revision_serves_as_soon_as_a_pod_is_ready() -> None:
    it = world()
    assert it.second < 15
    assert it.condition("Ready") == "True Serving"
    assert it.status.stable is not None
    assert it.status.stable.weight == 100
    rests(it)


def test_a_good_version_takes_over_step_by_step() -> None:
    it = world()
    it.release(V2)
    weights = set()
    it.watchers.append(lambda now: weights.add(now.weight()))
    it.until(lambda now: now.serves(V2), within=150)
    assert weights == {0, 5, 25, 50}
    assert it.condition("RolledBack") == "False Promoted"
    rests(it)
    assert {revision: pods.desired for revision, pods in it.pods.items()} == {it.revision(V1): 0, it.revision(V2): 2}


def test_a_failing_version_goes_home_and_is_remembered() -> None:
    it = world()
    it.release(V2, fails=0.3)
    it.until(lambda now: now.status.rejected)
    assert it.weight() == 0
    it.until(lambda now: now.serves(V1), within=30)
    rejected = it.status.rejected[0]
    assert (rejected.revision, rejected.model_version, rejected.reason) == (it.revision(V2), V2, "ErrorRateBreached")
    assert it.condition("RolledBack") == "True ErrorRateBreached"
    assert it.said("RolledBack").endswith(f"at weight 5; all traffic is back on {V1}")
    rests(it)
    assert list(it.pods) == [it.revision(V1)]


def test_a_breach_is_home_by_the_next_look_at_the_metrics() -> None:
    it = world(rate=400)
    it.release(V2, fails=1.0)
    it.until(lambda now: now.status.history[0].outcome == "RolledBack")
    over = it.status.history[0]
    exposed = next(each.second for each in it.requests if each.revision == it.revision(V2))
    assert over.decided_at is not None
    assert over.decided_at - at(exposed) <= timedelta(seconds=5 + 1)


def test_a_rejected_version_is_never_tried_again_by_a_resync() -> None:
    it = world()
    it.release(V2, fails=0.3)
    it.until(lambda now: now.status.rejected).until(lambda now: now.serves(V1))
    for _ in range(3):
        it.change()
        it.last_seen = None
        it.run(60)
        assert it.status.candidate is None
    it.release(V3)
    it.until(lambda now: now.serves(V3))
    assert [over.model_version for over in it.status.rejected] == [V2]


def test_slow_versions_go_home_too() -> None:
    it = world()
    it.policy = policy({"name": "slow", "type": "Latency", "quantile": 0.99, "maxDuration": "50ms"})
    it.release(V2, slow=0.5)
    it.until(lambda now: now.status.rejected)
    assert it.status.rejected[0].reason == "LatencyBreached"


def test_prometheus_away_holds_the_weight_and_goes_on_by_itself() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 25)
    it.prometheus = AWAY
    it.run(600)
    assert it.weight() == 25
    assert it.condition("MetricsAvailable") == "False NoData"
    assert it.condition("Progressing") == "True Error"
    assert "connection refused" in it.said("Progressing")
    it.prometheus = None
    it.until(lambda now: now.serves(V2))
    rests(it)


def test_prometheus_away_for_too_long_goes_home_where_the_policy_says_so() -> None:
    it = world()
    it.policy = policy(noData={"hold": "2m", "then": "Rollback"})
    it.release(V2)
    it.until(lambda now: now.weight() == 25)
    it.prometheus = AWAY
    it.until(lambda now: now.serves(V1), within=150)
    assert it.status.rejected[0].reason == "NoData"


def test_without_traffic_nothing_is_promoted() -> None:
    it = world()
    it.release(V2)
    it.rate = 0
    it.run(900)
    assert it.status.stable is not None
    assert it.status.stable.model_version == V1
    assert it.condition("Progressing") == "True InsufficientSamples"
    it.rate = 200
    it.until(lambda now: now.serves(V2))


def test_without_a_policy_nothing_is_promoted_but_by_hand() -> None:
    it = world()
    it.policy = None
    it.release(V2)
    it.run(300)
    assert it.weight() == 5
    assert it.condition("Progressing") == "True NothingJudges"
    it.annotate(promote=f"{it.revision(V2)}/all")
    it.until(lambda now: now.serves(V2))
    rests(it)


def test_a_third_version_replaces_the_candidate_after_it_was_drained() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 25)
    it.release(V3)
    it.run(3)
    assert it.weight() == 0
    it.until(lambda now: now.serves(V3))
    outcomes = [(over.model_version, over.outcome) for over in it.status.history]
    assert outcomes == [(V3, "Promoted"), (V2, "Superseded"), (V1, "Promoted")]
    assert it.status.rejected == ()
    rests(it)
    assert it.revision(V2) not in it.pods


def test_there_and_back_again_ends_where_it_began() -> None:
    it = world(model={"name": MODEL, "version": V1})
    it.release(V2)
    it.change(model={"name": MODEL, "version": V2})
    it.until(lambda now: now.weight() == 5)
    it.change(model={"name": MODEL, "version": V1})
    it.run(2)
    it.change(model={"name": MODEL, "version": V2})
    it.until(lambda now: now.serves(V2))
    rests(it)


def test_blue_green_switches_at_once_and_keeps_the_old_pods_for_a_while() -> None:
    it = world(strategy={"blueGreen": {"hold": "20s", "scaleDownDelay": "5m"}})
    it.release(V2)
    weights = set()
    it.watchers.append(lambda now: weights.add(now.weight()))
    it.until(lambda now: now.serves(V2))
    assert weights == {0, 100}
    assert it.pods[it.revision(V1)].desired == 2
    it.run(310)
    assert it.pods[it.revision(V1)].desired == 0
    rests(it)


def test_blue_green_goes_home_from_all_requests() -> None:
    it = world(strategy={"blueGreen": {"hold": "20s"}})
    it.release(V2, fails=0.2)
    it.until(lambda now: now.weight() == 100)
    it.until(lambda now: now.serves(V1), within=30)
    rests(it)


def test_blue_green_waits_for_someone_who_has_to_agree() -> None:
    it = world(strategy={"blueGreen": {"hold": "20s", "autoPromotion": False}})
    it.release(V2)
    it.run(200)
    assert (it.weight(), it.condition("Progressing")) == (0, "True PausedAtStep")
    it.annotate(promote=f"{it.revision(V2)}/0")
    it.until(lambda now: now.serves(V2))


def test_a_version_that_fails_after_promotion_gives_way_to_the_one_before() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.serves(V2)).run(60)
    it.models[V2].fails = 0.3
    it.until(lambda now: now.serves(V1), within=60)
    assert it.condition("RolledBack") == "True ErrorRateBreached"
    assert [over.model_version for over in it.status.rejected] == [V2]
    rests(it)


def test_going_back_does_not_go_on_when_the_world_is_broken() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.serves(V2))
    it.release(V3)
    it.until(lambda now: now.serves(V3))
    for model in it.models.values():
        model.fails = 0.3
    it.until(lambda now: now.serves(V2)).run(300)
    assert it.serves(V2)
    assert [over.model_version for over in it.status.rejected] == [V3]


def test_after_the_watch_a_bad_day_is_no_reason_to_go_back() -> None:
    it = world(rollback={"watchAfterPromotion": "1m"})
    it.release(V2)
    it.until(lambda now: now.serves(V2)).run(70)
    it.models[V2].fails = 0.3
    it.run(120)
    assert it.serves(V2)


def test_a_warm_old_version_is_back_at_once() -> None:
    it = world(strategy={"blueGreen": {"hold": "20s", "scaleDownDelay": "10m"}})
    it.release(V2)
    it.until(lambda now: now.serves(V2))
    it.models[V2].fails = 1.0
    it.until(lambda now: now.status.stable and now.status.stable.model_version == V1, within=6)


def test_a_fix_replaces_a_stable_that_is_down() -> None:
    it = world()
    it.pods[it.revision(V1)].ready_at = float("inf")
    it.run(5)
    assert it.condition("Ready") == "False NoReadyPod"
    it.release(V2)
    it.until(lambda now: now.weight() == 100, within=60)
    assert it.status.stable is not None
    assert it.status.stable.model_version == V1
    it.until(lambda now: now.serves(V2))
    assert it.condition("Ready") == "True Serving"


def test_pods_that_never_start_are_given_up_at_the_deadline() -> None:
    it = world(progressDeadline="2m")
    it.release(V2, never_ready="CrashLoopBackOff: digest mismatch")
    it.run(100)
    assert it.status.candidate is not None
    it.until(lambda now: now.serves(V1), within=40)
    assert it.status.rejected[0].reason == "ProgressDeadlineExceeded"
    assert "CrashLoopBackOff: digest mismatch" in it.said("RolledBack")
    rests(it)


def test_a_first_revision_that_never_starts_is_stalled_and_still_gets_its_chance() -> None:
    it = World(progressDeadline="1m")
    it.release(V1, never_ready="ImagePullBackOff: no such image")
    it.run(90)
    assert it.condition("Stalled") == "True ProgressDeadlineExceeded"
    assert "ImagePullBackOff" in it.said("Ready")
    it.release(V2)
    it.until(lambda now: now.serves(V2))
    assert it.condition("Stalled") == "absent"


def test_a_pod_lost_in_a_rollout_lowers_the_weight_and_it_comes_back() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 25)
    it.pods[it.revision(V2)].ready_at = it.second + 10
    it.run(2)
    assert (it.weight(), it.condition("Progressing")) == (0, "True CandidateNotReady")
    it.until(lambda now: now.serves(V2))


def test_an_operator_that_was_away_counts_none_of_that_time() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 5 and now.status.step and now.status.step.reason == "Holding")
    it.operator_alive = False
    it.run(300)
    back = it.second
    it.restart()
    it.until(lambda now: now.weight() == 25)
    assert it.second - back >= 20
    it.until(lambda now: now.serves(V2))


@pytest.mark.parametrize("fails", [0.0, 0.3])
@pytest.mark.parametrize("action", range(0, 180, 7))
def test_a_crash_at_any_action_ends_the_same(action: int, fails: float) -> None:
    it = world(rate=100)
    it.release(V2, fails=fails)
    it.crash_in = action
    for _ in range(400):
        if not it.operator_alive:
            it.run(2).restart()
        it.run(1)
    assert it.serves(V1 if fails else V2)
    assert it.status.condition("RolledBack").status == ("True" if fails else "False")  # type: ignore[union-attr]
    assert it.unanswered == 0
    assert len(it.status.history) == 2


def test_a_router_that_does_not_answer_keeps_the_old_pods_alive() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 50)
    it.until(lambda now: now.status.stable and now.status.stable.model_version == V2)
    it.routers[1].reachable = False
    it.run(300)
    assert it.pods[it.revision(V1)].desired == 2
    it.routers[1].reachable = True
    it.run(10)
    assert it.pods[it.revision(V1)].desired == 0
    assert it.unanswered == 0


def test_a_router_that_does_not_answer_holds_the_rollout() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 5)
    it.routers[1].reachable = False
    it.run(300)
    assert (it.weight(), it.condition("Progressing")) == (5, "True WeightNotApplied")
    it.routers[1].reachable = True
    it.until(lambda now: now.serves(V2))


def test_new_settings_are_a_new_revision_and_bring_no_old_model_when_they_fail() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.serves(V2))
    before = it.revision(V2)
    it.models[V2] = it.models[V2].__class__(never_ready="OOMKilled")
    it.change(serving={"resources": {"limits": {"memory": "1Mi"}}}, progressDeadline="1m")
    it.until(lambda now: now.status.rejected, within=90)
    it.until(lambda now: now.serves(V2))
    assert it.status.stable is not None
    assert it.status.stable.revision == before
    assert it.condition("Stalled") == "True AllRejected"
    rests(it)


def test_replicas_change_without_a_rollout() -> None:
    it = world()
    it.change(replicas=5)
    it.run(5)
    assert it.pods[it.revision(V1)].desired == 5
    assert it.status.candidate is None
    rests(it)


def test_a_paused_deployment_starts_nothing() -> None:
    it = world()
    it.change(paused=True)
    it.release(V2)
    it.run(60)
    assert it.status.candidate is None
    it.change(paused=False)
    it.until(lambda now: now.serves(V2))


def test_abort_retry_and_undo() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 5)
    it.annotate(abort=it.revision(V2))
    it.until(lambda now: now.serves(V1), within=10)
    assert it.status.rejected[0].reason == "Aborted"
    it.annotate(retry=it.revision(V2))
    it.until(lambda now: now.serves(V2))
    assert it.status.rejected == ()
    it.annotate(abort=f"{it.revision(V2)}@{at(it.second).isoformat()}")
    it.until(lambda now: now.serves(V1), within=30)
    rests(it)


def test_a_retry_that_fails_again_is_not_repeated() -> None:
    it = world()
    it.release(V2, fails=0.5)
    it.until(lambda now: now.status.rejected).until(lambda now: now.serves(V1))
    it.annotate(retry=it.revision(V2))
    it.until(lambda now: now.status.candidate)
    it.until(lambda now: now.status.rejected).until(lambda now: now.serves(V1))
    rests(it)
    assert sum(over.outcome == "RolledBack" for over in it.status.history) == 2


def test_a_pinned_version_that_failed_is_stalled() -> None:
    it = world(model={"name": MODEL, "version": V1})
    it.release(V2, fails=0.5)
    it.change(model={"name": MODEL, "version": V2})
    it.until(lambda now: now.status.rejected).until(lambda now: now.serves(V1))
    assert it.condition("Stalled") == "True Rejected"
    rests(it)


def test_an_unknown_version_is_named_and_nothing_moves() -> None:
    it = world()
    it.change(model={"name": MODEL, "version": "nowhere"})
    it.run(20)
    assert it.condition("Progressing") == "False ModelVersionNotFound"
    assert it.serves(V1)


def test_history_is_bounded_and_what_it_forgets_is_deleted() -> None:
    it = world(rollback={"historyLimit": 2})
    for version in (V2, V3, V4):
        it.release(version)
        it.until(partial(World.serves, version=version))
    rests(it)
    assert [over.model_version for over in it.status.history] == [V4, V3]
    assert set(it.pods) == {it.revision(V4), it.revision(V3)}


def test_alerts_do_not_hold_a_rollout() -> None:
    it = world()
    it.policy = policy(ERRORS, {**ERRORS, "name": "strict", "max": 0.0001, "action": "Alert"})
    it.release(V2, fails=0.004)
    it.until(lambda now: now.serves(V2))


def test_a_held_canary_writes_when_a_person_would_read_something_else() -> None:
    it = world(rate=200, strategy={"canary": {"steps": [{"setWeight": 25, "hold": "1h"}]}})
    it.release(f"{MODEL}-2", fails=0.002)
    it.until(lambda it: it.condition("Progressing") == "True Holding")
    it.run(60)
    before = it.writes
    it.run(600)
    assert it.writes - before < 60, "it was 600, one each look"
