"""A Deployment's edges: deletion, invalid specs, conditions, what people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.plan.common import actions
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.deployment.observed import ObservedDeployment
from colonnade.plan.deployment.plan import plan
from tests.unit.plan.world import MODEL, World, at, world

V1, V2 = f"{MODEL}-1", f"{MODEL}-2"


@pytest.mark.parametrize("seconds", [0, 1, 2, 4, 7, 12, 16, 20, 35, 60, 80, 90, 300])
def test_deletion_ends_from_every_state_and_leaves_nothing(seconds: int) -> None:
    it = World()
    it.release(V1)
    it.run(min(seconds, 10))
    it.release(V2, fails=0.2 if seconds == 60 else 0.0)
    it.run(max(0, seconds - 10))
    it.delete()
    it.until(lambda now: now.deleted or not now.metadata.finalizers, within=90)
    assert it.pods == {}
    assert not it.client_service


def test_deletion_takes_the_name_first_then_the_routes_then_the_pods() -> None:
    it = world()
    it.delete()
    decision = plan(it.observe(), at(it.second))
    assert decision.actions == (actions.DeleteClientService("flights"), actions.RecordStatus())
    assert decision.status.stable is None
    it.run(1)
    assert it.pods
    it.until(lambda now: now.deleted, within=20)
    assert it.unanswered == 0


def test_no_pod_is_deleted_before_status_has_told_the_routers() -> None:
    it = world()
    it.routers = []
    it.delete()
    decision = plan(it.observe(), at(it.second))
    assert not any(isinstance(action, actions.DeleteRevision) for action in decision.actions)


def test_a_dead_router_cannot_keep_a_deployment_from_going() -> None:
    it = world()
    it.routers[0].reachable = False
    it.delete()
    it.run(40)
    assert not it.deleted
    it.until(lambda now: now.deleted, within=40)


def test_nothing_is_done_once_our_finalizer_is_gone() -> None:
    it = world()
    it.delete()
    it.metadata = it.metadata.model_copy(update={"finalizers": ("someone.else/finalizer",)})
    assert plan(it.observe(), at(it.second)).actions == ()


def test_an_invalid_spec_is_stalled_and_touches_nothing_until_it_is_mended() -> None:
    it = world()
    it.release(V2)
    it.until(lambda now: now.weight() == 25)
    observed = it.observe()
    broken = ObservedDeployment(
        metadata=observed.metadata.model_copy(update={"generation": 9}),
        spec=InvalidSpec("spec.strategy.canary.steps: weights ascend from step to step"),
        status=observed.status,
        workloads=observed.workloads,
        routers=observed.routers,
    )
    decision = plan(broken, at(it.second))
    assert decision.actions == ()
    assert (decision.status.stable, decision.status.candidate) == (it.status.stable, it.status.candidate)
    stalled = decision.status.condition("Stalled")
    assert stalled is not None
    assert stalled.message == "spec.strategy.canary.steps: weights ascend from step to step"
    ready = decision.status.condition("Ready")
    assert ready is not None
    assert ready.status == "True"
    it.status = decision.status
    it.until(lambda now: now.serves(V2))
    assert it.status.condition("Stalled") is None


def test_without_any_version_it_waits_and_says_for_what() -> None:
    it = World()
    it.run(5)
    assert it.condition("Ready") == "False NoModelVersion"
    assert it.said("Ready") == "no version of flights-late is ready; apply a ModelVersion"
    assert it.condition("Reconciling") == "True NoModelVersion"


def test_status_is_written_before_anything_is_started() -> None:
    it = World()
    it.release(V1)
    kinds = [type(action) for action in plan(it.observe(), at(0)).actions]
    assert kinds == [
        actions.EnsureFinalizer,
        actions.RecordStatus,
        actions.EnsureRevision,
        actions.EnsureClientService,
    ]


def test_a_breach_writes_weight_0_in_that_very_pass_and_touches_no_pod() -> None:
    it = world()
    it.release(V2, fails=1.0)
    it.until(lambda now: now.weight() == 5)
    while it.status.candidate and it.status.candidate.weight == 5:
        decision = plan(it.observe(), at(it.second + 1))
        it.run(1)
    after = decision.status if decision.status.rejected else it.status
    assert after.candidate is not None
    assert after.candidate.weight == 0
    assert it.pods[it.revision(V2)].desired == 2


class Flips:
    """Invariant 11: a transition time moves only with its status, and no generation is claimed that wasn't seen."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, object]] = {}

    def __call__(self, it: World) -> None:
        assert (it.status.observed_generation or 0) <= it.metadata.generation
        for each in it.status.conditions:
            status, since = self.known.get(each.type, (each.status, each.last_transition_time))
            assert status != each.status or since == each.last_transition_time
        self.known = {each.type: (each.status, each.last_transition_time) for each in it.status.conditions}


@pytest.mark.parametrize("fails", [0.0, 0.3])
def test_transition_times_move_only_on_flips(fails: float) -> None:
    it = world()
    it.watchers.append(Flips())
    it.release(V2, fails=fails)
    it.run(60)
    it.change(replicas=3)
    it.run(200)


def test_ready_stays_true_through_a_whole_rollout() -> None:
    it = world()
    seen = set()
    it.watchers.append(lambda now: seen.add(now.condition("Ready")))
    it.release(V2)
    it.until(lambda now: now.serves(V2))
    assert seen == {"True Serving"}


def test_replicas_0_asks_for_no_pod_and_gives_nothing_up() -> None:
    it = world()
    it.change(replicas=0)
    it.release(V2)
    it.run(1200)
    assert it.status.rejected == ()
    it.change(replicas=2)
    it.until(lambda now: now.serves(V2))


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_annotation_however_odd_harms_a_deployment(promote: str, abort: str, retry: str) -> None:
    it = World(rate=0)
    it.annotate(promote=promote, abort=abort, retry=retry)
    it.release(V1)
    it.until(lambda now: now.status.stable, within=20)
