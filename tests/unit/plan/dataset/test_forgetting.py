"""Who is forgotten is forgotten once, whole, and comes back with no look; status says by whom and why."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from colonnade.plan.common.actions import RunJob
from colonnade.plan.dataset.keeping import erasure
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade.plan.dataset.plan import plan
from colonnade_api import DatasetStatus
from colonnade_api.datasets.erasure import ErasedVersion
from colonnade_api.datasets.keepcommands import written
from colonnade_api.jobs import DatasetJob
from colonnade_api.jobs.keeping import ForgetTask
from tests.unit.plan.dataset.test_dataset import answered, started
from tests.unit.plan.dataset.test_keeping import annotated, begun, told, wanted, with_versions
from tests.unit.plan.world import at, digest

SUBJECT = "0f" * 32
ASKED = {
    "colonnade.dev/keep": written("forget", SUBJECT, "a1b2", at="2026-11-29T10:00:00Z"),
    "colonnade.dev/forget-by": "dpo@example.org",
    "colonnade.dev/forget-reason": "request 2026-118",
}


def asked(*names: str) -> ObservedDataset:
    return annotated(with_versions(*names), **ASKED)


def anew(before: str, after: str | None, rows: int = 9) -> dict[str, Any]:
    return {"before": digest(before), "after": digest(after) if after else None, "rows": rows, "bytes": 90}


def forgotten(observed: ObservedDataset, *rewritten: dict[str, Any], **result: Any) -> ObservedDataset:
    return told(begun(observed, 1000), 1010, reason="Forgotten", rewritten=list(rewritten), **result)


def listed(observed: ObservedDataset) -> list[str | None]:
    return [version.digest for version in observed.status.versions]


def test_the_job_is_told_a_hash_what_is_held_and_who_else_needs_what() -> None:
    observed = annotated(asked("a", "b"), **{f"hold.colonnade.dev/{digest('a')[7:39]}": "trial 12"})
    observed = replace(observed, needed={digest("b"): ("orders",)})
    (document,) = wanted(observed, 1000)
    assert document.task == ForgetTask(
        subject=SUBJECT,
        key_id="a1b2",
        versions=(digest("b"), digest("a")),
        held={digest("a"): "trial 12"},
        needed={digest("b"): ("orders",)},
    )


def test_versions_that_were_written_anew_are_in_the_place_of_the_old_ones() -> None:
    observed = forgotten(asked("a", "b", "c"), anew("c", "C"), anew("a", "A", rows=3))
    assert listed(observed) == [digest("C"), digest("b"), digest("A")]
    assert observed.status.current == digest("C")
    first, second, third = observed.status.versions
    assert second.erased_by is None
    assert third.rows == 3
    for version in (first, third):
        assert version.erased_by
        assert (version.erased_by.by, version.erased_by.reason) == ("dpo@example.org", "request 2026-118")
        assert version.erased_by.at == at(1010)
    assert [(each.digest, each.successor) for each in observed.status.erased] == [
        (digest("c"), digest("C")),
        (digest("a"), digest("A")),
    ]


def test_the_last_look_brings_no_destroyed_version_back() -> None:
    observed = forgotten(asked("a", "b"), anew("b", "B"), anew("a", "A"))
    for seconds in (1020, 1030, 100_000):
        observed = replace(observed, status=plan(observed, at(seconds)).status)
        assert listed(observed) == [digest("B"), digest("A")]


def test_what_nothing_is_left_of_has_no_successor_and_training_waits() -> None:
    observed = forgotten(asked("a"), anew("a", None, rows=0))
    assert (listed(observed), observed.status.current) == ([], None)
    observed = replace(observed, status=plan(observed, at(1020)).status)
    assert (listed(observed), observed.status.current) == ([], None)
    ready = observed.status.condition("Ready")
    assert ready
    assert (ready.status, ready.reason) == ("False", "NothingLeft")


def test_two_versions_that_are_one_without_the_subject_are_listed_once() -> None:
    observed = forgotten(asked("a", "b"), anew("b", "A"), anew("a", "A"))
    assert listed(observed) == [digest("A")]


def test_what_one_answer_has_no_room_for_another_job_does() -> None:
    observed = begun(asked("a", "b"), 1000)
    first = observed.keep_jobs[0].name
    observed = told(observed, 1010, reason="Forgetting", rewritten=[anew("b", "B")], left=1)
    assert not [record for record in observed.status.keeping if record.kind == "Forget"]
    observed = annotated(observed, **{"colonnade.dev/forget-by": "somebody else, who asks for another thing"})
    observed = begun(observed, 1020)
    assert observed.keep_jobs[0].name != first
    observed = told(observed, 1030, reason="Forgotten", rewritten=[anew("b", "B"), anew("a", "A")])
    assert listed(observed) == [digest("B"), digest("A")]
    assert {each.by for each in observed.status.erased} == {"dpo@example.org"}
    assert wanted(observed, 2000) == []


def test_nothing_is_collected_meanwhile_and_nobody_is_forgotten_while_a_look_goes_on() -> None:
    refresh = {"colonnade.dev/refresh": "again"}
    looks = annotated(started(annotated(with_versions("a"), **refresh), 900), **ASKED)
    assert wanted(looks, 1000) == []
    forgets = annotated(begun(asked("a"), 1000), **refresh)
    actions = plan(forgets, at(1005)).actions
    assert not [each for each in actions if isinstance(each, RunJob) and isinstance(each.document, DatasetJob)]
    after = told(forgets, 1010, reason="Forgotten", rewritten=[anew("a", "A")])
    actions = plan(after, at(1020)).actions
    (look,) = [each.document for each in actions if isinstance(each, RunJob)]
    assert isinstance(look, DatasetJob)
    assert look.previous == digest("A")


def test_a_job_that_gave_no_answer_is_made_again_by_itself_and_a_refusal_is_not() -> None:
    observed = begun(asked("a"), 1000)
    (job,) = observed.keep_jobs
    failed = replace(observed, keep_jobs=(replace(job, active=0, failed=True, finished_at=at(1010)),))
    failed = replace(failed, status=plan(failed, at(1010)).status, keep_jobs=())
    assert wanted(failed, 1020) == []
    assert len(wanted(failed, 1700)) == 1
    refused = told(begun(asked("a"), 1000), 1010, outcome="Failed", reason="VersionHeld")
    assert wanted(refused, 100_000) == []


def test_what_a_look_refused_is_no_longer_offered() -> None:
    refused = {"outcome": "Invalid", "reason": "TooManyInvalidRows", "message": "no", "version": {"rows": 3}}
    observed = answered(started(annotated(with_versions("a"), **{"colonnade.dev/refresh": "2"}), 500), refused, 510)
    assert observed.status.refused
    observed = forgotten(annotated(observed, **ASKED), anew("a", "A"))
    assert observed.status.refused is None
    assert plan(observed, at(1020)).status.refused is None


def test_an_event_says_it() -> None:
    observed = begun(asked("a"), 1000)
    (job,) = observed.keep_jobs
    result = {"outcome": "Succeeded", "reason": "Forgotten", "message": "1 versions were written anew"}
    observed = replace(observed, keep_jobs=(replace(job, active=0, succeeded=True, finished_at=at(9), result=result),))
    (event,) = plan(observed, at(1010)).events
    assert (event.type, event.reason, event.message) == ("Normal", "Forgotten", "1 versions were written anew")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef") | st.none()), max_size=8))
def test_a_successor_is_never_what_was_destroyed_and_no_circle_is_walked_for_ever(
    pairs: list[tuple[str, str | None]],
) -> None:
    places = dict(pairs)
    erased = tuple(ErasedVersion(digest=digest(a), successor=digest(b) if b else None) for a, b in places.items())
    found = erasure.successor(DatasetStatus(erased=erased), digest("a"))
    ways = {digest(a) for a in places}
    assert found is None or found not in ways or _is_circle(places, "a")


def _is_circle(places: dict[str, str | None], start: str) -> bool:
    seen: set[str] = set()
    last: str | None = start
    while last in places and last not in seen:
        seen.add(last)
        last = places[last]
    return last in seen
