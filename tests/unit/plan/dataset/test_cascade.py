"""What a query made of destroyed rows goes too: seen in what lies beneath, once, after what can be was made anew."""

from dataclasses import replace
from typing import Any

from colonnade.plan.common.actions import RunJob
from colonnade.plan.dataset.descent import NO_DESCENT, Descent
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade.plan.dataset.plan import plan
from colonnade_api.datasets.descent import ErasedBeneath
from colonnade_api.datasets.erasure import ErasedVersion
from colonnade_api.jobs import DatasetJob
from colonnade_api.jobs.keeping import CascadeTask
from tests.unit.plan.dataset.test_dataset import accepted, answered, refused, said, started
from tests.unit.plan.dataset.test_forgetting import listed
from tests.unit.plan.dataset.test_keeping import annotated, begun, short, told, wanted, with_versions
from tests.unit.plan.world import at, digest

GONE = ErasedVersion(digest=digest("users"), by="dpo@example.org", at=at(900), reason="request 2026-118")
REFRESH = "colonnade.dev/refresh"


def beneath(observed: ObservedDataset, *names: str, **descent: Any) -> ObservedDataset:
    """Versions of these names were made of one that is destroyed."""
    found = {digest(name): ErasedBeneath("users", GONE) for name in names}
    return replace(observed, descent=Descent(beneath=found, destroyed=(GONE,), **descent))


def cascaded(observed: ObservedDataset, *names: str, seconds: float = 1000) -> ObservedDataset:
    done = told(begun(observed, seconds), seconds + 10, reason="Cascaded", done=[short(name) for name in names])
    return replace(done, descent=replace(done.descent, beneath={}))


def test_what_was_made_of_destroyed_rows_is_destroyed_and_said_by_whom() -> None:
    observed = beneath(with_versions("a", "b", "c"), "a", "b")
    (document,) = wanted(observed, 1000)
    assert document.task == CascadeTask(versions=(digest("b"), digest("a")))
    observed = cascaded(observed, "a", "b")
    assert listed(observed) == [digest("c")]
    assert [(each.digest, each.successor, each.by, each.reason) for each in observed.status.erased] == [
        (digest(name), None, "dpo@example.org", "request 2026-118") for name in "ba"
    ]
    assert wanted(observed, 100_000) == []


def test_where_the_current_one_goes_the_newest_of_other_rows_is_current() -> None:
    observed = cascaded(beneath(with_versions("a", "b"), "b"), "b")
    assert (listed(observed), observed.status.current) == ([digest("a")], digest("a"))
    assert plan(observed, at(5000)).status.current == digest("a"), "the last look brings nothing back"


def test_what_can_be_made_anew_is_made_first_and_compared_with_nothing_of_it() -> None:
    observed = beneath(annotated(with_versions("a"), **{REFRESH: "the query has other rows"}), "a")
    assert wanted(observed, 1000) == []
    (look,) = [each.document for each in plan(observed, at(1000)).actions if isinstance(each, RunJob)]
    assert isinstance(look, DatasetJob)
    assert look.previous is None
    observed = started(observed, 1000)
    assert wanted(observed, 1010) == []
    observed = answered(observed, accepted("b"), 1020)
    assert listed(cascaded(observed, "a", seconds=1030)) == [digest("b")]


def test_what_cannot_be_made_anew_goes_all_the_same() -> None:
    observed = started(beneath(annotated(with_versions("a"), **{REFRESH: "again"}), "a"), 1000)
    observed = answered(observed, refused(), 1010)
    assert len(wanted(observed, 1020)) == 1
    assert cascaded(observed, "a", seconds=1020).status.current is None


def test_no_look_runs_meanwhile() -> None:
    observed = annotated(begun(beneath(with_versions("a"), "a"), 1000), **{REFRESH: "again"})
    assert [each for each in plan(observed, at(1010)).actions if isinstance(each, RunJob)] == []


def test_an_operator_that_begins_anew_goes_on_with_the_same_job() -> None:
    observed = beneath(with_versions("a"), "a")
    decision = plan(observed, at(1000))
    again = plan(replace(observed, status=decision.status), at(1010))
    assert [each for each in decision.actions if isinstance(each, RunJob)] == [
        each for each in again.actions if isinstance(each, RunJob)
    ]


def test_what_is_held_stays_and_a_condition_says_so() -> None:
    hold = {f"hold.colonnade.dev/{digest('a')[7:39]}": "trial 12"}
    observed = beneath(annotated(with_versions("a", "b"), **hold), "a", "b")
    (document,) = wanted(observed, 1000)
    assert isinstance(document.task, CascadeTask)
    assert (document.task.versions, document.task.held) == ((digest("b"),), (digest("a")[7:39],))
    observed = told(begun(observed, 1000), 1010, reason="Cascaded", done=[short("b")])
    assert listed(observed) == [digest("a")]
    status, reason, message = said(observed, "Erased")
    assert (status, reason) == ("False", "VersionHeld")
    assert message.endswith(f"kubectl colonnade release dset/flights {digest('a')[7:17]}")
    released = replace(observed, metadata=with_versions("a").metadata)
    assert len(wanted(released, 1020)) == 1


def test_a_condition_says_what_is_left_and_is_gone_with_it() -> None:
    observed = begun(beneath(with_versions("a"), "a"), 1000)
    assert said(observed, "Erased")[:2] == ("False", "Cascading")
    observed = cascaded(beneath(with_versions("a"), "a"), "a")
    assert said(replace(observed, status=plan(observed, at(1020)).status), "Erased")[0] == "absent"


def test_what_failed_is_tried_again_by_itself_and_said() -> None:
    observed = told(begun(beneath(with_versions("a"), "a"), 1000), 1010, outcome="Failed", reason="CopyDamaged")
    assert said(observed, "Erased")[:2] == ("False", "CopyDamaged")
    assert wanted(observed, 1020) == []
    assert len(wanted(observed, 1010 + 3700)) == 1


def test_who_lists_nothing_of_it_looks_once_for_what_is_left_of_old_versions() -> None:
    observed = beneath(with_versions("a"))
    assert [document.task for document in wanted(observed, 1000)] == [CascadeTask(versions=())]
    observed = cascaded(observed)
    assert wanted(observed, 100_000) == []
    before = GONE.model_copy(update={"at": at(-10)})
    older = replace(with_versions("a"), descent=Descent(destroyed=(before,)))
    assert wanted(older, 1000) == [], "it was made after that"


def test_rows_that_were_refused_go_unless_they_are_known_to_be_others() -> None:
    observed = annotated(with_versions("a"), **{REFRESH: "again"})
    observed = answered(started(observed, 500), refused(), 510)
    assert observed.status.refused
    (document,) = wanted(beneath(observed, refused=True), 1000)
    assert isinstance(document.task, CascadeTask)
    assert document.task.rejected
    clean = {"source": "the query over users", "upstream": ({"dataset": "users", "digest": digest("fresh")},)}
    rejected = observed.status.refused.model_validate(observed.status.refused.manifest() | clean)
    known = replace(observed, status=observed.status.model_copy(update={"refused": rejected}))
    job = replace(known.jobs[-1], result=refused() | {"version": refused()["version"] | clean})
    known = replace(known, jobs=(*known.jobs[:-1], job))
    (document,) = wanted(beneath(known), 1000)
    assert isinstance(document.task, CascadeTask)
    assert not document.task.rejected
    done = cascaded(beneath(known))
    assert plan(done, at(2000)).status.refused is not None


def test_nothing_beneath_is_destroyed_and_nothing_is_done() -> None:
    assert wanted(replace(with_versions("a"), descent=NO_DESCENT), 1000) == []
