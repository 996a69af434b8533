"""Undo: back to a version that was promoted before, at once, and not on from there without a new ask."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade.signals.evidence import Missing
from tests.unit.plan.deployment.test_rollouts import V1, V2, V3, V4, rests
from tests.unit.plan.world import MODEL, World, at, world

AWAY = Missing("Error", "connection refused")


def promoted(*versions: str, **spec: object) -> World:
    """These took over one after the other; the last serves."""
    it = world(**spec)
    for version in versions:
        it.release(version)
        it.until(lambda now, version=version: now.serves(version))  # type: ignore[misc]
    return it


def undo(it: World, version: str, to: str = "") -> None:
    target = f"/{it.revision(to)}" if to else ""
    it.annotate(undo=f"{it.revision(version)}{target}@{at(it.second):%H%M%S}")


def full(it: World, version: str) -> str:
    return f"{version} ({it.revision(version)})"


def refusals(it: World) -> list[str]:
    return [event.message for event in it.events if event.reason == "UndoRefused"]


def test_the_version_before_is_back_at_once_and_stays() -> None:
    it = promoted(V2)
    undo(it, V2)
    it.until(lambda now: now.serves(V1), within=20)
    assert it.condition("RolledBack") == "True Undone"
    assert it.said("RolledBack") == f"{V2} was undone by hand; all traffic goes back to {V1}"
    rests(it)


def test_the_weight_goes_first_and_pods_afterwards() -> None:
    it = promoted(V2)
    undo(it, V2)
    it.until(lambda now: now.status.stable and now.status.stable.model_version == V1, within=20)
    assert it.revision(V2) in it.pods
    it.until(lambda now: now.revision(V2) not in now.pods, within=20)
    assert it.unanswered == 0


def test_to_an_older_one_takes_back_all_that_came_after_it() -> None:
    it = promoted(V2, V3)
    undo(it, V3, to=V1)
    it.until(lambda now: now.serves(V1), within=20)
    assert {(each.model_version, each.reason) for each in it.status.rejected} == {(V3, "Undone"), (V2, "Undone")}
    rests(it)
    it.annotate(retry=it.revision(V2))
    it.until(lambda now: now.serves(V2))


def test_a_paused_deployment_is_undone_too() -> None:
    it = promoted(V2)
    it.change(paused=True)
    undo(it, V2)
    it.until(lambda now: now.serves(V1), within=20)


def test_it_is_obeyed_once() -> None:
    it = promoted(V2)
    undo(it, V2)
    it.until(lambda now: now.serves(V1))
    it.annotate(retry=it.revision(V2))
    it.until(lambda now: now.serves(V2))
    rests(it)
    assert it.serves(V2)


def test_a_spec_that_still_names_it_is_stalled_with_words_and_starts_nothing() -> None:
    it = world(model={"name": MODEL, "version": V1})
    it.release(V2)
    it.change(model={"name": MODEL, "version": V2})
    it.until(lambda now: now.serves(V2))
    undo(it, V2)
    it.until(lambda now: now.serves(V1), within=20)
    for _ in range(3):
        it.change()
        it.run(30)
    assert it.serves(V1)
    assert it.condition("Stalled") == "True Rejected"
    said = (
        f"{V2} was undone by hand and is not started again by itself: "
        "name another version in spec.model.version, or kubectl colonnade retry"
    )
    assert it.said("Stalled") == said
    assert it.condition("Ready") == "True Serving"
    assert it.said("Ready") == f"{V1} answers on 2 of 2 pods; {said}"
    rests(it)


def test_said_too_late_it_does_nothing_and_says_so() -> None:
    it = promoted(V2)
    it.annotate(undo=it.revision(V1))
    it.run(10)
    assert it.serves(V2)
    assert refusals(it) == [f"undo names {it.revision(V1)}, and {full(it, V2)} serves: nothing was done"]


def test_without_a_version_before_it_there_is_nothing_to_go_back_to() -> None:
    it = world()
    undo(it, V1)
    it.run(10)
    said = f"status.history has no version promoted before {full(it, V1)} that wasn't rejected since"
    assert refusals(it) == [f"{said}: there is none to go back to"]
    assert it.serves(V1)
    rests(it)


def test_while_a_rollout_is_under_way_it_is_refused() -> None:
    it = promoted(V2)
    it.release(V3)
    it.until(lambda now: now.weight() == 5)
    undo(it, V2)
    it.until(lambda now: now.serves(V3))
    assert refusals(it) == [
        f"{V3} is being rolled out: kubectl colonnade abort takes it back to {V2}, and undo then goes behind that"
    ]


def test_while_an_aborted_one_still_drains_it_waits() -> None:
    it = promoted(V2)
    it.release(V3)
    it.until(lambda now: now.weight() == 25)
    it.annotate(abort=it.revision(V3))
    it.run(1)
    undo(it, V2)
    it.until(lambda now: now.serves(V1), within=30)
    assert refusals(it) == []


def test_one_that_was_rejected_has_to_be_tried_first() -> None:
    it = promoted(V2)
    it.release(V3, fails=0.3)
    it.until(lambda now: now.status.rejected).until(lambda now: now.serves(V2))
    undo(it, V2, to=V3)
    it.run(10)
    assert refusals(it) == [
        f"{full(it, V3)} was rejected here (ErrorRateBreached): kubectl colonnade retry takes that back first"
    ]


def test_one_that_was_never_promoted_is_refused_with_those_that_were() -> None:
    it = promoted(V2)
    undo(it, V2, to=V4)
    it.run(10)
    assert refusals(it) == [
        f"{it.revision(V4)} is no promotion that status.history has; it has, before {V2}: {full(it, V1)}"
    ]


def test_to_the_one_that_serves_changes_nothing_and_complains_of_nothing() -> None:
    it = promoted(V2)
    undo(it, V2, to=V2)
    it.run(10)
    assert (it.serves(V2), refusals(it)) == (True, [])


def test_said_again_while_it_comes_back_it_is_the_same_undo() -> None:
    it = promoted(V2)
    it.models[V1].starts_in = 20
    undo(it, V2)
    it.run(5)
    undo(it, V2)
    it.until(lambda now: now.serves(V1), within=40)
    assert refusals(it) == []
    assert [over.outcome for over in it.status.history] == ["RolledBack", "Promoted", "Promoted"]


def test_one_on_its_way_back_can_be_aborted_for_the_one_before_that() -> None:
    it = promoted(V2, V3)
    it.models[V2].starts_in = 600
    undo(it, V3)
    it.run(5)
    assert it.status.candidate is not None
    it.annotate(abort=it.revision(V2))
    it.until(lambda now: now.serves(V1), within=30)
    assert {each.model_version: each.reason for each in it.status.rejected} == {V3: "Undone", V2: "Aborted"}
    rests(it)


def test_settings_that_are_gone_with_their_pods_are_named() -> None:
    it = world()
    before = it.revision(V1)
    it.change(serving={"gracePeriod": "45s"})
    it.until(lambda now: now.serves(V1) and now.revision(V1) == now.status.stable.revision)  # type: ignore[union-attr]
    del it.pods[before]
    it.annotate(undo=it.revision(V1))
    it.run(10)
    assert refusals(it) == [
        f"{V1} ({before}) can't be started again: its pods' settings went with apps/v1 Deployment flights-{before}"
    ]


def test_a_bundle_that_is_gone_leaves_the_undone_version_serving_and_says_why() -> None:
    it = promoted(V2, progressDeadline="1m")
    it.models[V1].never_ready = "CrashLoopBackOff: no bundle at file:///store/models/1"
    del it.pods[it.revision(V1)]
    undo(it, V2)
    it.until(lambda now: now.condition("Stalled") == "True NothingToGoBackTo", within=120)
    assert it.serves(V2)
    assert "no bundle at file:///store/models/1" in it.said("RolledBack")
    assert it.said("Stalled").startswith(f"{V2} was undone by hand, and there is no version left to go back to")
    rests(it)
    it.annotate(retry=it.revision(V2))
    it.run(10)
    assert (it.serves(V2), it.condition("Stalled")) == (True, "absent")


def test_without_replicas_it_waits_for_some() -> None:
    it = promoted(V2)
    it.rate = 0
    it.change(replicas=0)
    it.run(30)
    undo(it, V2)
    it.run(30)
    assert it.condition("Progressing") == "True ScaledToZero"
    it.change(replicas=2)
    it.until(lambda now: now.serves(V1), within=60)


HAPPENS = st.sampled_from(["time", "resync", "prometheus", "crash", "pause", "pin", "unpin", "scale", "again"])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(HAPPENS, st.integers(1, 40)), max_size=8), st.booleans())
def test_nothing_ever_moves_to_what_was_undone_without_a_new_ask(happens: list[tuple[str, int]], older: bool) -> None:
    it = promoted(V2, V3)
    undone = {it.revision(V3)} | ({it.revision(V2)} if older else set())
    undo(it, V3, to=V1 if older else "")
    asked = it.metadata.annotations["colonnade.dev/undo"].partition("@")[0]
    seen: list[str] = []
    it.watchers.append(lambda now: seen.append(now.status.stable.revision) if now.status.stable else None)
    it.watchers.append(lambda now: none_of(undone, now))
    for what, seconds in happens:
        happen(it, what, seconds, asked)
    it.prometheus = None
    it.change(paused=False, model={"name": MODEL})
    it.run(60)
    assert it.serves(V1 if older else V2)
    left = [revision not in undone for revision in seen]
    assert left == sorted(left), "it served again"
    assert it.unanswered == 0


def none_of(undone: set[str], it: World) -> None:
    assert it.status.candidate is None or it.status.candidate.revision not in undone


def happen(it: World, what: str, seconds: int, asked: str) -> None:
    match what:
        case "resync":
            it.change()
        case "prometheus":
            it.prometheus = None if it.prometheus else AWAY
        case "crash":
            it.crash_in = seconds % 5
            it.run(seconds)
            it.crash_in = None
            it.restart()
        case "pause":
            it.change(paused=seconds % 2 == 0)
        case "pin":
            it.change(model={"name": MODEL, "version": V3})
        case "unpin":
            it.change(model={"name": MODEL})
        case "scale":
            it.change(replicas=1 + seconds % 3)
        case "again":
            it.annotate(undo=f"{asked}@{seconds}")
    it.run(seconds)
