from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from colonnade.plan.deployment.revisions import TargetRevision, Unresolved
from colonnade.plan.deployment.rollout.bluegreen import stages as blue_green_stages
from colonnade.plan.deployment.rollout.canary import advance, stages
from colonnade.plan.deployment.rollout.moves import Advance, Hold, Promote, Rollback
from colonnade.plan.deployment.rollout.rollout import Rollout, Stage
from colonnade.signals import judge_all
from colonnade.signals.evidence import Counts, Evidence, Missing, Sample, SignalEvidence, Traffic
from colonnade_api import Canary
from tests.unit.plan.deployment.rollout.rollouts import canary, no_data, sending, silent, workload
from tests.unit.plan.world import ERRORS, at, deployment, policy


def test_a_healthy_candidate_goes_on() -> None:
    assert advance(canary(weight=25)) == Advance(2, "step 3 of 3: 50 %")


def test_after_the_last_step_it_is_promoted() -> None:
    assert advance(canary(weight=50)) == Promote(
        "Promoted", "flights-late-2 passed all 3 steps; errors: 0.2 % of 1,000 requests failed (limit 1 %)"
    )


def test_no_metrics_hold_the_weight_and_say_so() -> None:
    rollout = canary(weight=25, errors=no_data("connection refused"))
    assert advance(rollout) == Hold("NoData", "errors: connection refused; the weight stays at 25 %")


def test_a_proven_breach_goes_home_at_once_and_says_why() -> None:
    move = advance(canary(weight=5, errors=Counts(1204, 37), since=at(59)))
    assert move == Rollback(
        "RolledBack",
        "ErrorRateBreached",
        "3.1 % of 1,204 requests failed (limit 1 %) at weight 5; all traffic is back on flights-late-1",
        at(60),
    )


def test_a_breach_needs_no_minimum_of_samples() -> None:
    assert isinstance(advance(canary(weight=5, errors=Counts(12, 12))), Rollback)


def test_too_few_samples_hold() -> None:
    move = advance(canary(errors=Counts(40, 0)))
    assert isinstance(move, Hold)
    assert move.reason == "InsufficientSamples"
    assert "a pass needs 100 requests" in move.message


def test_a_rate_over_the_limit_that_is_not_proven_yet_holds() -> None:
    move = advance(canary(errors=Counts(1000, 12)))
    assert isinstance(move, Hold)
    assert move.message.startswith("errors: 1.2 % of 1,000 requests failed (limit 1 %); over the limit, not yet proven")


def test_traffic_that_goes_elsewhere_restarts_the_clock() -> None:
    move = advance(canary(weight=25, traffic=Traffic(10, 1000)))
    assert isinstance(move, Hold)
    assert (move.reason, move.clock) == ("TrafficUnproven", "Start")
    assert move.message.startswith("the candidate got 1 % of 1,000 requests, expected 19 % to 31 % at weight 25")


def test_no_request_at_all_is_no_proof() -> None:
    assert advance(canary(traffic=Traffic(0, 0))) == Hold(
        "InsufficientSamples", "no request came since 12:00:00 UTC; the weight stays at 25 %"
    )


def test_unmeasured_traffic_is_no_proof() -> None:
    assert advance(canary(traffic=no_data("connection refused"))) == Hold(
        "NoData", "traffic: connection refused; the weight stays at 25 %"
    )


def test_a_router_that_does_not_answer_holds_but_stops_no_clock() -> None:
    move = advance(canary(weight=25, routers=(sending(25), silent("router-1"))))
    assert move == Hold("WeightNotApplied", "router router-1 doesn't answer, 25 % are wanted")


def test_a_router_that_sends_otherwise_stops_the_clock() -> None:
    move = advance(canary(weight=25, routers=(sending(0),)))
    assert move == Hold("WeightNotApplied", "router router-0 still sends 0 %, 25 % are wanted", clock="Stop")


def test_the_clock_starts_once_every_router_sends_as_told() -> None:
    assert advance(canary(weight=25, since=None)) == Hold(
        "Measuring", "the candidate gets 25 % from now on", clock="Start"
    )


def test_without_routers_nothing_is_proven() -> None:
    assert advance(canary(routers=())) == Hold("WeightNotApplied", "no router is ready, 25 % are wanted", clock=None)


def test_a_step_lasts_its_hold() -> None:
    assert advance(canary(weight=25, since=at(43))) == Hold("Holding", "1 min at 25 %, until 12:01:43 UTC")


def test_another_wanted_version_sends_it_home_without_a_grudge() -> None:
    move = advance(canary(wanted=TargetRevision("3333333333", "flights-late-3", "", "")))
    assert move == Rollback(
        "Superseded", "Superseded", "flights-late-3 is wanted now; all traffic is back on flights-late-1"
    )


def test_approval_withdrawn_sends_it_home() -> None:
    move = advance(canary(wanted=Unresolved("NoModelVersion", "no version of flights-late is ready")))
    assert isinstance(move, Rollback)
    assert move.outcome == "Superseded"


def test_pods_that_never_get_ready_are_given_up_in_their_own_words() -> None:
    old = replace(workload(0, "ImagePullBackOff: no such image"), created_at=at(-600))
    late = canary(weight=5, workload=old, unready_since=at(-600))
    assert advance(late) == Rollback(
        "RolledBack",
        "ProgressDeadlineExceeded",
        "after 10 min 0 of 2 pods of flights-late-2 are ready: ImagePullBackOff: no such image; "
        "all traffic is back on flights-late-1",
    )


def test_without_ready_pods_the_weight_is_taken_back() -> None:
    move = advance(canary(weight=25, workload=workload(0)))
    assert move == Hold("CandidateNotReady", "0 of 2 pods of flights-late-2 are ready", weight=0, clock="Stop")


def test_one_ready_pod_of_two_never_gets_more_than_half() -> None:
    half = canary(weight=25, workload=workload(1))
    assert isinstance(advance(half), Advance)
    whole = replace(half, stages=(Stage(100),), index=0, candidate=half.candidate.model_copy(update={"weight": 100}))
    assert advance(whole) == Hold(
        "CandidateNotReady", "1 of 2 pods of flights-late-2 are ready", weight=50, clock="Stop"
    )


def test_it_is_not_promoted_with_a_pod_missing() -> None:
    assert advance(canary(weight=50, workload=workload(1))) == Hold(
        "CandidateNotReady", "1 of 2 pods of flights-late-2 are ready, all are needed to take over"
    )


def test_nothing_to_judge_by_is_no_success() -> None:
    move = advance(canary(policy=None, judged=()))
    assert isinstance(move, Hold)
    assert move.reason == "NothingJudges"


def test_signals_that_only_alert_judge_nothing() -> None:
    watching = policy({**ERRORS, "action": "Alert"})
    move = advance(canary(policy=watching, judged=judge_all(watching.signals, (measured(1000, 0),))))
    assert isinstance(move, Hold)
    assert move.reason == "NothingJudges"


def test_a_policy_that_is_gone_holds() -> None:
    gone = Missing("Error", "spec.monitorPolicyRef: there is no MonitorPolicy default; apply it")
    move = advance(canary(policy=gone, judged=()))
    assert move == Hold("PolicyUnavailable", f"{gone.message}; the weight stays at 25 %")


def test_a_breach_whose_action_is_hold_holds() -> None:
    watching = policy({**ERRORS, "action": "Hold"})
    judged = judge_all(watching.signals, (measured(1000, 100),))
    move = advance(canary(policy=watching, judged=judged))
    assert isinstance(move, Hold)
    assert move.reason == "ErrorRateBreached"


def test_without_automatic_rollback_a_breach_holds_and_says_what_to_do() -> None:
    by_hand = deployment(rollback={"automatic": False})
    move = advance(canary(errors=Counts(1000, 100), spec=by_hand))
    assert isinstance(move, Hold)
    assert "kubectl colonnade abort" in move.message


def test_a_breach_does_not_send_everyone_to_a_stable_that_is_down() -> None:
    move = advance(canary(errors=Counts(1000, 100), stable_ready=0))
    assert isinstance(move, Hold)
    assert "stable has no ready pod to go back to" in move.message


def test_where_stable_is_down_the_candidate_takes_its_requests_and_is_still_judged() -> None:
    alone = canary(weight=25, stable_ready=0, stable_down_since=at(0))
    assert advance(alone) == Hold(
        "WeightSet", "the weight goes from 25 to 100 %; stable has no ready pod", weight=100, clock="Stop"
    )


def test_a_paused_deployment_stays_and_a_breach_still_goes_home() -> None:
    paused = deployment(paused=True)
    assert advance(canary(spec=paused)) == Hold("Paused", "spec.paused is true")
    assert isinstance(advance(canary(spec=paused, errors=Counts(1000, 100))), Rollback)


def test_no_metrics_for_too_long_go_home_where_the_policy_says_so() -> None:
    watching = policy(noData={"hold": "10m", "then": "Rollback"})
    unmeasured = canary(policy=watching, errors=no_data("connection refused"))
    judged = judge_all(watching.signals, ())
    assert isinstance(advance(replace(unmeasured, judged=judged, unmeasured_since=at(-530))), Hold)
    move = advance(replace(unmeasured, judged=judged, unmeasured_since=at(-540)))
    assert isinstance(move, Rollback)
    assert move.reason == "NoData"


def test_someone_may_promote_what_cannot_be_measured_but_not_what_failed() -> None:
    assert isinstance(advance(canary(errors=no_data("gone"), released=True)), Advance)
    assert isinstance(advance(canary(errors=Counts(1000, 100), released=True)), Rollback)


def test_an_aborted_candidate_goes_home() -> None:
    move = advance(canary(aborted=True))
    assert isinstance(move, Rollback)
    assert (move.outcome, move.reason) == ("RolledBack", "Aborted")


def test_a_pause_keeps_the_weight_before_it_and_waits_for_someone() -> None:
    steps = Canary.model_validate({"steps": [{"setWeight": 10}, {"pause": {}}, {"pause": {"duration": "1m"}}]})
    assert stages(steps) == (Stage(10), Stage(10, ask=True), Stage(10, timedelta(minutes=1)))
    asked = canary(weight=5, stages=(Stage(5, ask=True), Stage(50)))
    assert advance(asked) == Hold("PausedAtStep", "step 1 waits for someone: kubectl colonnade promote")
    assert isinstance(advance(replace(asked, released=True)), Advance)


def test_blue_green_gives_all_at_once_after_someone_agreed() -> None:
    by_hand = deployment(strategy={"blueGreen": {"hold": "1m", "autoPromotion": False}}).strategy.blue_green
    assert by_hand is not None
    assert blue_green_stages(by_hand) == (Stage(0, ask=True), Stage(100, timedelta(minutes=1)))


def measured(total: int, bad: int) -> SignalEvidence:
    return SignalEvidence("errors", "q", Counts(total, bad))


evidence: st.SearchStrategy[Evidence] = st.one_of(
    st.builds(lambda bad, good: Counts(bad + good, bad), st.integers(0, 300), st.integers(0, 3000)),
    st.builds(Missing, st.sampled_from(["NoData", "Error"]), st.just("connection refused")),
    st.builds(Sample, st.floats(allow_nan=True), st.integers(0, 1000)),
)
rollouts = st.builds(
    canary,
    weight=st.sampled_from([5, 25, 50]),
    errors=evidence,
    workload=st.one_of(st.none(), st.builds(workload, st.integers(0, 2))),
    traffic=st.one_of(st.builds(Traffic, st.integers(0, 50), st.integers(0, 100)), st.just(no_data("gone"))),
    routers=st.sampled_from([(), (sending(25),), (sending(50), silent())]),
    since=st.one_of(st.none(), st.integers(0, 120).map(lambda seconds: at(60 - seconds))),
    stable_ready=st.integers(0, 2),
)


@given(rollouts)
def test_nothing_gets_on_without_evidence(rollout: Rollout) -> None:
    assume(any(judged.verdict.result != "Pass" for judged in rollout.judged))
    assert not isinstance(advance(rollout), Advance | Promote)


@given(rollouts)
def test_only_a_failed_signal_goes_home(rollout: Rollout) -> None:
    failed = any(judged.verdict.result == "Fail" for judged in rollout.judged)
    assert isinstance(advance(rollout), Rollback) == (failed and rollout.stable_ready > 0)


@given(rollouts)
def test_no_move_gives_a_candidate_more_than_its_ready_pods_can_bear(rollout: Rollout) -> None:
    move = advance(rollout)
    weight = move.weight if isinstance(move, Hold) else None
    assert weight is None or weight <= rollout.capacity


@pytest.mark.parametrize("weight", [5, 25, 50])
def test_a_step_never_goes_back(weight: int) -> None:
    move = advance(canary(weight=weight))
    assert isinstance(move, Promote) or (isinstance(move, Advance) and move.index == canary(weight=weight).index + 1)
