"""A retraining, pass by pass: begun by a breach, fed by new rows, ended by a rollout; repeated at will, made once."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade.plan.common.actions import EnsureModelVersion, RequestRefresh
from colonnade.plan.common.decision import Decision
from colonnade.plan.monitorpolicy.observed import (
    DatasetState,
    ObservedMonitorPolicy,
    VersionState,
    WatchedDeployment,
)
from colonnade.plan.monitorpolicy.plan import plan
from colonnade_api import MonitorPolicyStatus, ObjectMeta, RejectedRevision, Verdict
from tests.unit.plan.world import ERRORS, START, at, digest, policy

DRIFT = {"name": "drift", "type": "FeatureDrift", "action": "Retrain"}
OLD, NEW = digest("old"), digest("new")
SPEC: dict[str, Any] = {
    "model": "flights-late",
    "training": {"task": "Classification", "target": "late", "datasetRef": {"name": "flights"}},
    "gates": [{"metric": "roc_auc", "min": 0.7}],
    "approval": {"required": True, "decision": "Approved", "by": "ada"},
}


def version(**state: Any) -> VersionState:
    known: dict[str, Any] = {
        "spec": SPEC,
        "trained_on": ("flights", OLD),
        "headline": "roc_auc",
        "ready": True,
        "stalled": False,
        "unfit": False,
        "message": "",
    }
    return VersionState(**known | state)


@dataclass
class World:
    """What there is, and what a policy has written down. Time is seconds since START."""

    spec: dict[str, Any] = field(default_factory=dict)
    result: str = "Fail"
    stable: str = "flights-late-2"
    candidate: str | None = None
    pinned: str | None = None
    rejected: tuple[RejectedRevision, ...] = ()
    current: str = OLD
    rows: dict[str, int] = field(default_factory=lambda: {OLD: 10_000, NEW: 10_400})
    refresh: str = ""
    uploaded: bool = False
    versions: dict[str, VersionState] = field(default_factory=lambda: {"flights-late-2": version()})
    status: MonitorPolicyStatus = field(default_factory=MonitorPolicyStatus)
    made: list[EnsureModelVersion] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    generation: int = 1
    gone: bool = False

    def observed(self) -> ObservedMonitorPolicy:
        verdict = Verdict.model_validate({"signal": "drift", "result": self.result, "message": "PSI 0.4 of dep_delay"})
        dataset = DatasetState("flights", self.current, self.rows, self.refresh, self.uploaded)
        target = WatchedDeployment(
            "flights",
            (verdict,),
            self.stable,
            self.candidate,
            self.pinned,
            self.rejected,
            "",
            dict(self.versions),
            {"flights": dataset},
        )
        return ObservedMonitorPolicy(
            metadata=ObjectMeta(name="watch", namespace="demo", generation=self.generation, creation_timestamp=START),
            spec=policy(DRIFT, **self.spec),
            status=self.status,
            targets=() if self.gone else (target,),
        )

    def decide(self, seconds: float) -> Decision[MonitorPolicyStatus]:
        return plan(self.observed(), at(seconds))

    def run(self, seconds: float, broken_off_after: int | None = None) -> None:
        """One pass. broken_off_after: so many of its actions are done, and the operator dies."""
        decision = self.decide(seconds)
        for count, action in enumerate(decision.actions):
            if broken_off_after is not None and count >= broken_off_after:
                return
            if isinstance(action, RequestRefresh):
                self.refresh = action.token
            elif isinstance(action, EnsureModelVersion):
                if action.name not in self.versions:
                    self.made.append(action)
                    self.versions[action.name] = version(ready=False, message="training", spec=action.spec)
            else:
                self.status = decision.status
        if broken_off_after is None:
            self.status = decision.status
            self.said += [event.reason for event in decision.events]

    def last(self) -> Any:
        return self.status.retrainings[0]

    def condition(self) -> tuple[str, str, str]:
        found = self.status.condition("Retraining")
        assert found is not None
        return found.status, found.reason, found.message


def test_nothing_is_said_of_it_where_no_signal_asks() -> None:
    world = World(spec={"signals": (ERRORS,)})
    world.run(0)
    assert world.status.condition("Retraining") is None


def test_from_a_breach_to_a_version_that_serves() -> None:
    world = World()
    world.run(0)
    assert (world.last().signal, world.last().serving, world.last().dataset_digest) == ("drift", "flights-late-2", OLD)
    world.run(10)
    assert world.refresh == "retrain-20261123T120000Z"
    assert "still has the version that mv/flights-late-2 was trained on" in world.condition()[2]
    world.current = NEW
    world.run(20)
    assert [each.name for each in world.made] == ["flights-late-r1"]
    world.run(30)
    assert world.last().made_at == at(30)
    world.versions["flights-late-r1"] = version(trained_on=("flights", NEW))
    world.candidate = "flights-late-r1"
    world.run(40)
    assert world.condition() == ("True", "Training", "mdep/flights: mv/flights-late-r1 takes over in mdep/flights")
    world.candidate, world.stable, world.result = None, "flights-late-r1", "Pass"
    world.run(50)
    assert (world.last().outcome, world.last().ended_at) == ("Promoted", at(50))
    assert world.said == ["RetrainBegun", "ModelVersionMade", "RetrainPromoted"]
    assert world.condition() == ("False", "NotNeeded", "no Deployment fails drift")


def test_what_it_makes_has_the_spec_of_what_serves_and_nobodys_approval() -> None:
    world = World(current=NEW)
    world.run(0)
    world.run(10)
    (made,) = world.made
    assert made.spec["training"] == SPEC["training"]
    assert made.spec["approval"] == {"required": True}
    assert made.spec["gates"] == [
        {"metric": "roc_auc", "min": 0.7},
        {"metric": "roc_auc", "comparedTo": "Serving", "maxRegression": 0, "bound": "Value"},
    ]
    assert (made.policy, made.in_place_of, made.because) == ("watch", "flights-late-2", "drift: PSI 0.4 of dep_delay")


def test_a_comparison_that_someone_wrote_is_the_one_that_counts() -> None:
    own = [{"metric": "accuracy", "comparedTo": "Serving", "maxRegression": 0.01}]
    world = World(current=NEW, versions={"flights-late-2": version(spec=SPEC | {"gates": own})})
    world.run(0)
    world.run(10)
    assert world.made[0].spec["gates"] == own


def test_the_source_is_asked_once_an_hour_and_an_upload_never() -> None:
    world = World()
    for seconds in (0, 10, 20, 3500):
        world.run(seconds)
    assert world.refresh == "retrain-20261123T120000Z"
    world.run(3700)
    assert world.refresh == "retrain-20261123T130000Z"
    by_hand = World(uploaded=True)
    by_hand.run(0)
    by_hand.run(10)
    assert by_hand.refresh == ""
    assert by_hand.condition()[2].endswith("upload rows")


def test_too_few_new_rows_are_waited_for_with_the_number() -> None:
    world = World(spec={"retrain": {"minNewRows": 1000}}, current=NEW)
    world.run(0)
    world.run(10)
    assert not world.made
    assert "400 more than the version that mv/flights-late-2 was trained on, 1,000" in world.condition()[2]
    world.rows[NEW] = 11_000
    world.run(20)
    assert len(world.made) == 1


def test_a_table_that_shrank_is_new_rows_too_where_no_number_is_asked() -> None:
    world = World(current=NEW, rows={OLD: 10_000, NEW: 9_000})
    world.run(0)
    world.run(10)
    assert len(world.made) == 1


def test_a_signal_that_passes_again_before_there_are_rows_withdraws_it() -> None:
    world = World()
    world.run(0)
    world.result = "Pass"
    world.run(10)
    assert world.last().outcome == "Withdrawn"


@pytest.mark.parametrize("result", ["NoData", "Error", "InsufficientSamples"])
def test_missing_numbers_neither_begin_nor_withdraw(result: str) -> None:
    world = World(result=result)
    world.run(0)
    assert not world.status.retrainings
    world.result = "Fail"
    world.run(10)
    world.result = result
    world.run(20)
    assert world.last().outcome is None


def test_verdicts_on_a_candidate_begin_nothing() -> None:
    world = World(candidate="flights-late-3")
    world.run(0)
    assert not world.status.retrainings


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ({"stalled": True, "unfit": True, "message": "roc_auc is 0.1 worse"}, "NotPromoted"),
        ({"stalled": True, "message": "one class only"}, "Failed"),
    ],
)
def test_what_is_no_better_or_can_t_be_trained_is_said_and_ends_it(state: dict[str, Any], outcome: str) -> None:
    world = World(current=NEW)
    for seconds in (0, 10):
        world.run(seconds)
    world.versions["flights-late-r1"] = version(ready=False, **state)
    world.run(20)
    assert world.last().outcome == outcome
    assert world.last().message == f"mv/flights-late-r1: {state['message']}"
    assert world.stable == "flights-late-2"


def test_a_rollback_ends_it() -> None:
    world = World(current=NEW)
    for seconds in (0, 10, 20):
        world.run(seconds)
    world.rejected = (
        RejectedRevision(
            revision="abcdef1234", model_version="flights-late-r1", reason="ErrorRateBreached", message="2 %", at=at(20)
        ),
    )
    world.run(30)
    assert world.last().message == "mv/flights-late-r1 was rolled back: 2 %"


def test_a_deployment_that_names_its_version_is_told_what_to_change() -> None:
    world = World(current=NEW, pinned="flights-late-2")
    for seconds in (0, 10):
        world.run(seconds)
    world.versions["flights-late-r1"] = version()
    world.run(20)
    assert "set its spec.model.version to flights-late-r1" in world.condition()[2]


def test_an_imported_model_can_t_be_trained_again() -> None:
    world = World(versions={"flights-late-2": version(trained_on=None)})
    world.run(0)
    assert world.condition()[1] == "NotTrainedHere"


def test_suggest_makes_nothing_and_says_what_it_would() -> None:
    world = World(spec={"retrain": {"mode": "Suggest"}}, current=NEW)
    for seconds in (0, 10, 20):
        world.run(seconds)
    assert not world.made
    assert world.said == ["RetrainSuggested"]


def test_off_begins_nothing() -> None:
    world = World(spec={"retrain": {"mode": "Off"}}, current=NEW)
    world.run(0)
    assert not world.status.retrainings
    assert world.condition()[1] == "SwitchedOff"


def failed_once(world: World, seconds: float) -> None:
    """A whole retraining that a gate refuses."""
    world.current = NEW if world.current == OLD else OLD
    world.versions["flights-late-2"] = version(trained_on=("flights", OLD if world.current == NEW else NEW))
    world.run(seconds)
    world.run(seconds + 10)
    world.versions[world.made[-1].name] = version(ready=False, stalled=True, unfit=True, message="no better")
    world.run(seconds + 20)


def test_after_two_that_came_to_nothing_none_is_begun_until_someone_changes_the_policy() -> None:
    world = World(spec={"retrain": {"cooldown": "1m", "maxPerWeek": 50}})
    failed_once(world, 0)
    failed_once(world, 100)
    world.run(200)
    assert (len(world.made), world.condition()[1]) == (2, "Stopped")
    world.generation += 1
    failed_once(world, 300)
    assert [each.name for each in world.made] == ["flights-late-r1", "flights-late-r2", "flights-late-r3"]


def test_one_a_day_and_three_a_week_where_nothing_is_said() -> None:
    world = World(spec={"retrain": {"stopAfterFailures": 20}})
    failed_once(world, 0)
    world.run(60)
    assert world.condition()[1] == "CoolingDown"
    for day in (1, 2):
        failed_once(world, day * 86_400 + 100)
    world.run(4 * 86_400)
    assert (len(world.made), world.condition()[1]) == (3, "LimitReached")
    failed_once(world, 7 * 86_400 + 200)
    assert len(world.made) == 4


def test_a_version_deleted_by_hand_isn_t_made_again() -> None:
    world = World(current=NEW)
    for seconds in (0, 10, 20):
        world.run(seconds)
    del world.versions["flights-late-r1"]
    world.run(30)
    assert (world.last().outcome, len(world.made)) == ("NotPromoted", 1)


def test_a_deployment_that_leaves_the_policy_ends_it() -> None:
    world = World()
    world.run(0)
    world.gone = True
    world.run(10)
    assert world.last().outcome == "Withdrawn"


def test_status_with_all_that_it_remembers_fits() -> None:
    world = World(spec={"retrain": {"cooldown": "1m", "maxPerWeek": 100, "stopAfterFailures": 20}})
    for day in range(40):
        world.generation = day
        failed_once(world, day * 10 * 86_400)
    assert len(world.status.retrainings) == 32
    assert MonitorPolicyStatus.model_validate(world.status.manifest()) == world.status


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([None, 0, 1, 2, 3]), st.sampled_from(["rows", "none", "flap"])), max_size=12))
def test_however_often_the_operator_dies_one_breach_makes_one_version(
    passes: list[tuple[int | None, str]],
) -> None:
    world, seconds = World(), 0
    for broken_off_after, what in passes:
        if what == "rows":
            world.current = NEW
        world.result = "NoData" if what == "flap" else "Fail"
        world.run(seconds, broken_off_after)
        seconds += 10
    world.current, world.result = NEW, "Fail"
    for _ in range(4):
        world.run(seconds)
        seconds += 10
    assert [each.name for each in world.made] == ["flights-late-r1"]
    assert len(world.status.retrainings) == 1


def test_plan_is_the_same_for_the_same() -> None:
    world = World(current=NEW)
    world.run(0)
    assert world.decide(10) == world.decide(10)
    assert replace(world.observed(), spec=policy(DRIFT)) == world.observed()
