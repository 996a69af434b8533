"""One Job for each reason to look; what it says is kept; what fails is tried again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from colonnade.plan.common.actions import DeleteJob, EnsureStore, RecordStatus, RunJob
from colonnade.plan.common.decision import Decision
from colonnade.plan.common.observed import InvalidSpec, Job
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade.plan.dataset.plan import plan
from colonnade.plan.dataset.upstream import Upstream, Upstreams
from colonnade_api import DatasetSpec, DatasetStatus, ObjectMeta
from tests.unit.plan.world import START, at, digest

SOURCE = {"storageUri": "s3://raw/flights.parquet"}


def dataset(**given: Any) -> ObservedDataset:
    annotations = given.pop("annotations", {})
    spec = DatasetSpec.model_validate({"source": SOURCE, **given})
    metadata = ObjectMeta(
        name="flights", namespace="demo", generation=1, creation_timestamp=START, annotations=annotations
    )
    return ObservedDataset(metadata, spec, DatasetStatus())


def version(name: str, invalid: int = 0, rows: int = 1000) -> dict[str, Any]:
    return {"digest": digest(name), "rows": rows, "invalidRows": invalid, "createdAt": "2026-11-23T12:00:00Z"}


def accepted(name: str, outcome: str = "NewVersion", **given: int) -> dict[str, Any]:
    return {"outcome": outcome, "reason": outcome, "message": "", "version": version(name, **given)}


def refused() -> dict[str, Any]:
    message = "5.2 % of 336,776 rows break a rule (limit 1 %); most: dep_delay over 1500 (14,201 rows)"
    quarantine = {**version("x"), "digest": None, "reportUri": "file:///store/report.json"}
    return {"outcome": "Invalid", "reason": "TooManyInvalidRows", "message": message, "version": quarantine}


def started(observed: ObservedDataset, seconds: float = 0) -> ObservedDataset:
    """The Jobs that were asked for run, those that were given up are gone."""
    decision = plan(observed, at(seconds))
    gone = {action.name for action in decision.actions if isinstance(action, DeleteJob)}
    kept = tuple(job for job in observed.jobs if job.name not in gone)
    new = tuple(
        Job(action.name, action.spec_hash, at(seconds), active=1)
        for action in decision.actions
        if isinstance(action, RunJob)
    )
    return replace(observed, jobs=(*kept, *new), status=decision.status)


def answered(observed: ObservedDataset, result: dict[str, Any] | None, seconds: float = 60) -> ObservedDataset:
    """The newest Job ended with this answer, and a pass has seen it."""
    *others, last = observed.jobs
    done = replace(last, active=0, succeeded=True, finished_at=at(seconds), result=result)
    observed = replace(observed, jobs=(*others, done))
    return replace(observed, status=plan(observed, at(seconds)).status)


def said(observed: ObservedDataset, kind: str) -> tuple[str, str, str]:
    found = observed.status.condition(kind)
    return (found.status, found.reason, found.message) if found else ("absent", "", "")


def jobs_of(decision: Decision[DatasetStatus]) -> list[str]:
    return [action.name for action in decision.actions if isinstance(action, RunJob)]


def test_a_new_dataset_runs_one_job_and_no_second_one() -> None:
    observed = started(dataset())
    assert len(observed.jobs) == 1
    assert plan(observed, at(5)).actions == ()
    assert said(observed, "Reconciling")[1] == "Collecting"


def test_the_job_carries_the_contracts_document() -> None:
    decision = plan(dataset(), at(0))
    record, store, run = decision.actions
    assert isinstance(record, RecordStatus), "a Dataset that is gone is found out before a Job runs for it"
    assert isinstance(store, EnsureStore)
    assert isinstance(run, RunJob)
    document = run.document.manifest()
    assert document["name"] == "flights"
    assert "previous" not in document
    assert document["spec"]["source"] == {**SOURCE, "insecure": False}
    assert len(run.name) <= 63


def test_a_version_makes_it_ready() -> None:
    observed = answered(started(dataset()), accepted("a", invalid=8, rows=992))
    assert observed.status.current == digest("a")
    assert said(observed, "Ready") == (
        "True",
        "VersionAvailable",
        f"version {digest('a')[7:17]}: 992 rows; 8 more (0.8 %) were set aside",
    )
    assert said(observed, "Valid")[0] == "True"
    assert said(observed, "Reconciling")[0] == "absent"
    assert plan(observed, at(90)).status == observed.status
    assert plan(observed, at(90)).actions == ()


def test_invalid_rows_make_no_version_and_say_why() -> None:
    observed = answered(started(dataset()), refused())
    assert observed.status.versions == ()
    assert said(observed, "Valid") == ("False", "TooManyInvalidRows", refused()["message"])
    assert said(observed, "Ready")[:2] == ("False", "TooManyInvalidRows")
    assert said(observed, "Stalled")[0] == "True"
    assert observed.status.refused is not None


def test_invalid_rows_leave_the_version_before_them_ready() -> None:
    observed = answered(started(dataset()), accepted("a"))
    pushed = replace(observed, metadata=observed.metadata.model_copy(update={"annotations": {REFRESH: "2"}}))
    later = answered(started(pushed, 100), refused(), 160)
    assert said(later, "Ready")[0] == "True"
    assert said(later, "Valid")[0] == "False"
    assert later.status.current == digest("a")


REFRESH = "colonnade.dev/refresh"


def test_each_push_is_looked_at_once() -> None:
    observed = dataset(source={"upload": {}})
    assert plan(observed, at(0)).actions == ()
    waiting = replace(observed, status=plan(observed, at(0)).status)
    assert said(waiting, "Ready") == (
        "False",
        "WaitingForUpload",
        "no rows yet; upload them: kubectl colonnade push dset/flights FILE",
    )
    first = started(dataset(source={"upload": {}}, annotations={REFRESH: "1"}))
    first = answered(first, accepted("a"))
    second = replace(first, metadata=first.metadata.model_copy(update={"annotations": {REFRESH: "2"}}))
    second = answered(started(second, 100), accepted("b"), 160)
    assert [each.digest for each in second.status.versions] == [digest("b"), digest("a")]
    assert [job.name for job in started(second, 170).jobs] == [second.jobs[-1].name]


def test_a_push_while_a_job_runs_waits_for_its_end_and_keeps_its_answer() -> None:
    observed = started(dataset(source={"upload": {}}, annotations={REFRESH: "1"}))
    pushed = replace(observed, metadata=observed.metadata.model_copy(update={"annotations": {REFRESH: "2"}}))
    assert jobs_of(plan(pushed, at(10))) == []
    done = answered(pushed, accepted("a"), 20)
    assert done.status.current == digest("a")
    assert len(jobs_of(plan(done, at(21)))) == 1


def test_unchanged_content_makes_no_version() -> None:
    observed = answered(started(dataset()), accepted("a"))
    pushed = replace(observed, metadata=observed.metadata.model_copy(update={"annotations": {REFRESH: "2"}}))
    later = answered(started(pushed, 100), accepted("a", outcome="Unchanged"), 160)
    assert len(later.status.versions) == 1
    assert later.status.checked_at == at(160)


def test_content_that_returns_is_current_again() -> None:
    observed = dataset()
    for n, content in enumerate(("a", "b", "a")):
        tokens = observed.metadata.model_copy(update={"annotations": {REFRESH: str(n)}})
        observed = answered(started(replace(observed, metadata=tokens), n * 100), accepted(content), n * 100 + 60)
    assert [each.digest for each in observed.status.versions] == [digest("a"), digest("b")]


def test_versions_are_bounded() -> None:
    observed = dataset()
    for n in range(14):
        tokens = observed.metadata.model_copy(update={"annotations": {REFRESH: str(n)}})
        observed = answered(started(replace(observed, metadata=tokens), n * 100), accepted(f"v{n}"), n * 100 + 60)
    assert [each.digest for each in observed.status.versions] == [digest(f"v{n}") for n in range(13, 3, -1)]


def test_a_schedule_looks_once_a_tick_and_catches_up_only_once() -> None:
    observed = answered(started(dataset(source={**SOURCE, "refresh": {"schedule": "@hourly"}})), accepted("a"))
    quiet = plan(observed, at(600))
    assert quiet.actions == ()
    assert quiet.requeue_after == timedelta(seconds=3000)
    hour = plan(observed, at(3601))
    assert len(jobs_of(hour)) == 1
    assert jobs_of(plan(observed, at(3700))) == jobs_of(hour)
    assert jobs_of(plan(observed, at(5 * 3600 + 5))) != jobs_of(hour)
    assert len(jobs_of(plan(observed, at(5 * 3600 + 5)))) == 1


def test_other_rules_are_another_reason_to_look_and_other_words_are_none() -> None:
    observed = answered(started(dataset()), accepted("a"))
    described = replace(observed, spec=dataset(description="flights of 2013", owner="me").spec)
    assert plan(described, at(100)).actions == ()
    stricter = replace(observed, spec=dataset(validation={"maxInvalidFraction": 0}).spec)
    decision = plan(stricter, at(100))
    assert len(jobs_of(decision)) == 1
    assert DeleteJob(observed.jobs[0].name) in decision.actions
    running = started(stricter, 100)
    assert said(running, "Ready")[0] == "True"
    assert said(running, "Reconciling")[0] == "True"


@pytest.mark.parametrize(
    "result", [None, {}, {"outcome": "Shrug"}, {"outcome": "NewVersion", "version": {"digest": 1}}]
)
def test_an_answer_that_is_none_changes_no_version(result: dict[str, Any] | None) -> None:
    observed = answered(started(dataset()), result)
    assert observed.status.current is None
    assert said(observed, "Ready")[0] == "False"


def test_an_answer_that_cant_be_read_is_stalled_with_what_to_do_never_waited_for() -> None:
    newer = {"outcome": "NewVersion", "reason": "Validated", "message": "", "version": {"digest": "blake3:1"}}
    observed = answered(started(dataset()), newer)
    assert said(observed, "Stalled")[:2] == ("True", "AnswerUnreadable")
    assert "images of operator and Jobs are of different versions; mend that" in said(observed, "Stalled")[2]
    assert said(observed, "Reconciling")[0] == "absent"
    assert plan(observed, at(10**6)).actions == ()


def test_a_job_that_gave_up_says_why_and_is_tried_again_later() -> None:
    observed = started(dataset())
    failed = replace(
        observed.jobs[0], active=0, failed=True, finished_at=at(60), message="SourceNotFound: no bucket raw"
    )
    observed = replace(observed, jobs=(failed,))
    soon = plan(observed, at(60))
    assert soon.actions == ()
    assert soon.requeue_after == timedelta(minutes=10)
    reconciling = soon.status.condition("Reconciling")
    assert reconciling is not None
    assert "SourceNotFound: no bucket raw; tried again at 12:11:00 UTC" in reconciling.message
    later = started(observed, 661)
    assert later.jobs == ()
    assert len(started(later, 662).jobs) == 1


def broken(observed: ObservedDataset) -> ObservedDataset:
    """Its Job ended by a mistake of ours, and a pass has seen it."""
    job = replace(observed.jobs[0], active=0, failed=True, final=True, finished_at=at(60), message="KeyError: 'age'")
    observed = replace(observed, jobs=(replace(job, image="colonnade/jobs:1"),), image="colonnade/jobs:1")
    return replace(observed, status=plan(observed, at(60)).status)


def test_a_mistake_of_ours_is_not_repeated_and_says_who_may_ask_again() -> None:
    observed = broken(started(dataset()))
    decision = plan(observed, at(10**6))
    assert decision.actions == ()
    assert decision.requeue_after is None
    assert said(observed, "Ready") == (
        "False",
        "InternalError",
        f"Job {observed.jobs[0].name}: KeyError: 'age'; this is a mistake of Colonnade's own, and the same Job would "
        "only repeat it: report it, and look again with another spec or image, or by kubectl colonnade refresh "
        "dset/flights -n demo",
    )
    assert said(observed, "Stalled")[1] == "InternalError"
    assert said(observed, "Reconciling")[0] == "absent"


def test_after_a_mistake_of_ours_another_spec_image_or_an_annotation_asks_again() -> None:
    observed = broken(started(dataset()))
    assert plan(replace(observed, image="colonnade/jobs:2"), at(61)).actions == (DeleteJob(observed.jobs[0].name),)
    asked = observed.metadata.model_copy(update={"annotations": {REFRESH: "2"}})
    assert len(jobs_of(plan(replace(observed, metadata=asked), at(61)))) == 1
    stricter = replace(observed, spec=dataset(validation={"maxInvalidFraction": 0}).spec)
    assert len(jobs_of(plan(stricter, at(61)))) == 1


def test_a_schedule_asks_again_after_a_mistake_of_ours_since_the_source_may_have_changed() -> None:
    observed = broken(started(dataset(source={**SOURCE, "refresh": {"schedule": "@hourly"}})))
    assert plan(observed, at(3000)).actions == ()
    assert len(jobs_of(plan(observed, at(3601)))) == 1


def test_a_job_whose_pod_may_not_be_made_says_so_after_a_while() -> None:
    observed = started(dataset())
    waiting = replace(observed, jobs=(replace(observed.jobs[0], active=0),))
    decision = plan(waiting, at(5))
    assert decision.requeue_after == timedelta(seconds=15)
    assert "no pod" not in said(replace(waiting, status=decision.status), "Reconciling")[2]
    late = plan(waiting, at(20))
    assert late.requeue_after is None
    assert said(replace(waiting, status=late.status), "Reconciling")[2].endswith(
        f"no pod of it could be made so far, by a quota or another policy: kubectl describe job {observed.jobs[0].name}"
    )


def test_an_invalid_spec_is_stalled_and_asks_for_nothing() -> None:
    observed = replace(dataset(), spec=InvalidSpec("spec.source: say where the rows come from"))
    decision = plan(observed, at(0))
    assert decision.actions == ()
    stalled = decision.status.condition("Stalled")
    assert stalled is not None
    assert stalled.message == "spec.source: say where the rows come from"


def test_a_schedule_that_is_none_is_named() -> None:
    decision = plan(dataset(source={**SOURCE, "refresh": {"schedule": "99 * * * *"}}), at(0))
    stalled = decision.status.condition("Stalled")
    assert stalled is not None
    assert stalled.message == 'spec.source.refresh.schedule: minute "99" lies outside 0 to 59'


QUERY = {"query": {"datasets": [{"name": "flights"}, {"name": "weather"}], "statement": "SELECT 1"}}


def joined(observed: ObservedDataset | None = None, *named: Upstream, circle: tuple[str, ...] = ()) -> ObservedDataset:
    """A Dataset that is made with others, as they are now."""
    return replace(observed or dataset(source=QUERY), upstreams=Upstreams(named, circle))


def at_version(name: str, version: str) -> Upstream:
    return Upstream(name, digest(version))


def test_the_job_is_told_which_version_of_each_upstream_to_take() -> None:
    decision = plan(joined(None, at_version("flights", "f1"), at_version("weather", "w1")), at(0))
    run = next(action for action in decision.actions if isinstance(action, RunJob))
    assert run.document.manifest()["upstream"] == {"flights": digest("f1"), "weather": digest("w1")}


def test_a_new_version_of_an_upstream_is_a_reason_to_look_again() -> None:
    before = (at_version("flights", "f1"), at_version("weather", "w1"))
    observed = answered(started(joined(None, *before)), accepted("a"))
    assert jobs_of(plan(observed, at(100))) == []
    later = joined(observed, at_version("flights", "f1"), at_version("weather", "w2"))
    assert len(jobs_of(plan(later, at(100)))) == 1
    assert plan(later, at(100)).status.current == digest("a"), "the version before stays until there is another"


def test_the_order_in_which_upstreams_are_named_is_no_reason_to_look() -> None:
    flights, weather = at_version("flights", "f1"), at_version("weather", "w1")
    assert jobs_of(plan(joined(None, flights, weather), at(0))) == jobs_of(plan(joined(None, weather, flights), at(0)))


def test_a_dataset_without_upstreams_keeps_the_name_of_its_job() -> None:
    assert jobs_of(plan(dataset(), at(0))) == ["flights-15214ef5c4"]


def test_it_waits_for_an_upstream_that_has_no_version_and_says_why() -> None:
    empty = Upstream("weather", message="no rows yet; upload them")
    decision = plan(joined(None, at_version("flights", "f1"), empty), at(0))
    assert decision.actions == ()
    for kind, status in (("Ready", "False"), ("Reconciling", "True")):
        found = decision.status.condition(kind)
        assert found is not None
        assert (found.status, found.reason) == (status, "WaitingForUpstream")
        assert found.message == "Dataset weather has no version yet: no rows yet; upload them"


def test_it_waits_for_an_upstream_that_is_not_there() -> None:
    decision = plan(joined(None, Upstream("wether", exists=False)), at(0))
    found = decision.status.condition("Ready")
    assert found is not None
    assert found.message == "there is no Dataset wether in namespace demo"


def test_its_version_stays_ready_while_an_upstream_is_gone() -> None:
    observed = answered(started(joined(None, at_version("flights", "f1"))), accepted("a"))
    later = plan(joined(observed, Upstream("flights", exists=False)), at(100)).status
    ready, valid = later.condition("Ready"), later.condition("Valid")
    assert ready is not None
    assert valid is not None
    assert (ready.status, valid.status, later.current) == ("True", "True", digest("a"))


def test_a_circle_is_drawn_and_no_job_runs() -> None:
    decision = plan(joined(None, at_version("weather", "w1"), circle=("flights", "weather", "flights")), at(0))
    assert decision.actions == ()
    found = decision.status.condition("Stalled")
    assert found is not None
    assert (found.reason, "flights -> weather -> flights" in found.message) == ("InvalidSpec", True)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "flights-15214ef5c4"),
        ({"privacy": {"encryption": {"keySecretRef": {"name": "people", "key": "key"}}}}, "flights-5a4114edf8"),
    ],
    ids=["plain", "encrypted"],
)
def test_a_newer_operator_asks_for_the_same_job_of_a_spec_that_has_not_changed(
    given: dict[str, Any], name: str
) -> None:
    assert jobs_of(plan(dataset(**given), at(0))) == [name], "each Dataset would be read again after an upgrade"


def test_what_was_done_for_privacy_stands_in_protected() -> None:
    result = accepted("v1")
    result["version"] |= {"protected": "1 column masked", "suppressedRows": 3}
    privacy = {"rules": [{"column": "a", "action": "Mask"}]}
    done = answered(started(dataset(privacy=privacy)), result)
    protected = done.status.condition("Protected")
    assert protected is not None
    assert (protected.status, protected.message) == ("True", "1 column masked")
    assert done.status.versions[0].suppressed_rows == 3


def test_rows_that_are_not_anonymous_are_no_fault_of_their_validity() -> None:
    said = {"outcome": "Invalid", "reason": "NotAnonymous", "message": "2 % of 100 rows have fewer than 5 alike"}
    done = answered(started(dataset(privacy={"rules": []})), said)
    protected, valid = done.status.condition("Protected"), done.status.condition("Valid")
    assert protected is not None
    assert valid is not None
    assert (protected.status, protected.reason) == ("False", "NotAnonymous")
    assert valid.status == "Unknown"


def test_personal_data_that_is_only_warned_of_leaves_the_version_and_says_unprotected() -> None:
    result = accepted("v1")
    words = "personal data that no rule of spec.privacy.rules covers: mail (e-mail addresses: 98 % of its values)"
    result["version"] |= {"protected": "1 column masked", "personalData": words}
    done = answered(started(dataset(privacy={"detect": {"action": "Warn"}})), result)
    assert said(done, "Protected") == ("False", "PersonalDataFound", f"{words}. Of the rest: 1 column masked")
    assert said(done, "Ready")[0] == "True"
    assert done.status.versions[0].personal_data == words


def test_personal_data_that_is_refused_is_no_fault_of_the_rows_validity() -> None:
    told = {"outcome": "Invalid", "reason": "PersonalDataFound", "message": "mail (e-mail addresses: 98 %)"}
    done = answered(started(dataset(privacy={"detect": {}})), told)
    assert said(done, "Protected") == ("False", "PersonalDataFound", "mail (e-mail addresses: 98 %)")
    assert said(done, "Valid")[0] == "Unknown"
    assert said(done, "Stalled")[0] == "True"


def test_where_nothing_is_found_and_nothing_had_to_be_done_the_table_is_protected() -> None:
    result = accepted("v1")
    result["version"] |= {"protected": "no personal data was found in columns that no rule names"}
    done = answered(started(dataset(privacy={"detect": {"action": "Warn"}})), result)
    assert said(done, "Protected")[:2] == ("True", "NothingFound")


def test_a_table_that_nobody_protects_says_nothing_of_it() -> None:
    done = answered(started(dataset()), accepted("v1"))
    assert done.status.condition("Protected") is None
