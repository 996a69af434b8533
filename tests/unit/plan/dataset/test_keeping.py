"""Versions stay while anybody refers to them; one Job at a time proves, copies, compares and collects."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from colonnade.plan.common.actions import DeleteJob, RecordStatus, RunJob
from colonnade.plan.common.observed import Job
from colonnade.plan.dataset.observed import Collection, ObservedDataset
from colonnade.plan.dataset.plan import plan
from colonnade_api.jobs.keeping import BackUpTask, CollectTask, DiffTask, KeepJob, RestoreTask, RotateTask
from tests.unit.plan.dataset.test_dataset import accepted, answered, dataset, said, started
from tests.unit.plan.world import at, digest

DAY = 86_400
BACKUP = {"backup": {"storageUri": "s3://copies"}}
KEEP = "colonnade.dev/keep"


def with_versions(*names: str, **spec: Any) -> ObservedDataset:
    """Collected once for each name, the last one is current."""
    observed = answered(started(dataset(**spec)), accepted(names[0]))
    for n, name in enumerate(names[1:], start=1):
        observed = annotated(observed, **{"colonnade.dev/refresh": str(n)})
        observed = answered(started(observed, 100 * n), accepted(name), 100 * n + 10)
    return observed


def annotated(observed: ObservedDataset, **more: str) -> ObservedDataset:
    annotations = {**observed.metadata.annotations, **more}
    return replace(observed, metadata=observed.metadata.model_copy(update={"annotations": annotations}))


def listed(observed: ObservedDataset, seconds: float = 10_000) -> list[str | None]:
    return [version.digest for version in plan(observed, at(seconds)).status.versions]


def wanted(observed: ObservedDataset, seconds: float) -> list[KeepJob]:
    actions = plan(observed, at(seconds)).actions
    return [each.document for each in actions if isinstance(each, RunJob) and isinstance(each.document, KeepJob)]


def begun(observed: ObservedDataset, seconds: float) -> ObservedDataset:
    """The Job that is wanted runs."""
    decision = plan(observed, at(seconds))
    runs = [each for each in decision.actions if isinstance(each, RunJob) and isinstance(each.document, KeepJob)]
    jobs = tuple(Job(each.name, each.spec_hash, at(seconds), active=1, component="keeping") for each in runs)
    return replace(observed, status=decision.status, keep_jobs=jobs)


def told(observed: ObservedDataset, seconds: float, **result: Any) -> ObservedDataset:
    """The Job has answered, a pass has seen it and taken the Job away."""
    (job,) = observed.keep_jobs
    done = {"outcome": "Succeeded", "reason": "Done", "message": "all is well", **result}
    job = replace(job, active=0, succeeded=True, finished_at=at(seconds), result=done)
    decision = plan(replace(observed, keep_jobs=(job,)), at(seconds))
    assert DeleteJob(job.name) in decision.actions
    assert decision.actions.index(RecordStatus()) < decision.actions.index(DeleteJob(job.name))
    return replace(observed, status=decision.status, keep_jobs=())


def short(name: str) -> str:
    return digest(name)[7:23]


def test_the_newest_versions_stay_and_the_current_one_is_among_them() -> None:
    observed = with_versions("a", "b", "c", "d", retention={"versions": 2})
    assert listed(observed) == [digest("d"), digest("c")]


def test_a_version_that_a_model_was_trained_on_stays() -> None:
    observed = replace(with_versions("a", "b", "c", retention={"versions": 3}), pinned=frozenset({digest("a")}))
    assert listed(replace(observed, spec=dataset(retention={"versions": 1}).spec)) == [digest("c"), digest("a")]


@pytest.mark.parametrize(
    "annotation", [{"tag.colonnade.dev/golden": digest("a")}, {"hold.colonnade.dev/" + digest("a")[7:39]: "audit 2026"}]
)
def test_a_tag_and_a_hold_keep_a_version(annotation: dict[str, str]) -> None:
    observed = annotated(with_versions("a", "b", "c", retention={"versions": 3}), **annotation)
    assert listed(replace(observed, spec=dataset(retention={"versions": 1}).spec)) == [digest("c"), digest("a")]


def test_a_version_goes_by_its_age_and_the_current_one_never() -> None:
    observed = with_versions("a", "b", retention={"versions": 10, "maxAge": "30d"})
    assert listed(observed, 29 * DAY) == [digest("b"), digest("a")]
    assert listed(observed, 31 * DAY) == [digest("b")]


def test_a_version_that_comes_back_is_first_again_and_keeps_what_is_known_of_it() -> None:
    observed = with_versions("a", "b", "a")
    assert listed(observed) == [digest("a"), digest("b")]


def test_a_new_version_is_copied_at_once_and_only_once() -> None:
    observed = with_versions("a", **BACKUP)
    (document,) = wanted(observed, 70)
    assert isinstance(document.task, BackUpTask)
    assert [version.digest for version in document.task.versions] == [digest("a")]
    assert said(observed, "BackedUp")[:2] == ("Unknown", "NotCopied")
    copied = told(begun(observed, 70), 80, reason="Copied", done=[short("a")], bytes=100)
    assert copied.status.versions[0].backed_up_at == at(80)
    assert said(copied, "BackedUp") == ("True", "Copied", "2026-11-23 12:01 UTC: all is well")
    assert wanted(copied, 90) == []
    assert plan(copied, at(10 * DAY)).actions == ()


def test_what_is_recorded_before_its_job_is_made_is_done_after_a_crash() -> None:
    observed = with_versions("a", **BACKUP)
    decision = plan(observed, at(70))
    names = [each.name for each in decision.actions if isinstance(each, RunJob)]
    crashed = replace(observed, status=decision.status)
    again = plan(crashed, at(75))
    assert [each.name for each in again.actions if isinstance(each, RunJob)] == names
    assert again.status == decision.status


def test_no_second_job_runs_beside_the_first() -> None:
    observed = begun(with_versions("a", audit={"schedule": "@daily"}, **BACKUP), 2 * DAY)
    assert len(observed.keep_jobs) == 1
    asked = annotated(observed, **{KEEP: f"diff/{digest('a')[7:]}/{digest('b')[7:]}@1"})
    assert wanted(asked, 2 * DAY + 5) == []
    (document,) = wanted(told(asked, 2 * DAY + 10, done=[short("a")]), 2 * DAY + 11)
    assert isinstance(document.task, DiffTask)


def test_a_backup_out_of_reach_says_why_and_is_tried_again_after_ten_minutes() -> None:
    observed = begun(with_versions("a", **BACKUP), 70)
    (job,) = observed.keep_jobs
    failed = replace(
        job, active=0, failed=True, finished_at=at(100), message="s3://copies/demo: the bucket does not exist"
    )
    decision = plan(replace(observed, keep_jobs=(failed,)), at(100))
    observed = replace(observed, status=decision.status, keep_jobs=())
    status, reason, message = said(observed, "BackedUp")
    assert (status, reason) == ("False", "JobFailed")
    assert "the bucket does not exist" in message
    assert [event.reason for event in decision.events] == ["JobFailed"]
    assert wanted(observed, 300) == []
    assert plan(observed, at(300)).requeue_after == timedelta(seconds=400)
    assert len(wanted(observed, 701)) == 1


def test_an_audit_is_made_at_its_tick() -> None:
    observed = with_versions("a", audit={"schedule": "@daily"})
    assert said(observed, "Audited")[:2] == ("Unknown", "NotAudited")
    assert wanted(observed, 3600) == []
    assert [job.task.kind for job in wanted(observed, DAY)] == ["Audit"]
    audited = told(begun(observed, DAY), DAY + 10, reason="Proven", done=[short("a")])
    assert audited.status.versions[0].audited_at == at(DAY + 10)
    assert said(audited, "Audited")[:2] == ("True", "Proven")
    assert wanted(audited, DAY + 20) == []
    assert [job.task.kind for job in wanted(audited, 2 * DAY)] == ["Audit"]


def test_a_damaged_version_is_said() -> None:
    observed = begun(with_versions("a", audit={"schedule": "@daily"}), DAY)
    observed = told(observed, DAY + 10, outcome="Failed", reason="Damaged", message="datasets/a/data.parquet is gone")
    assert said(observed, "Audited")[1] == "Damaged"
    assert observed.status.versions[0].audited_at is None


def test_a_copy_that_proved_to_be_damaged_is_made_again() -> None:
    observed = with_versions("a", backup={**BACKUP["backup"], "verify": "@weekly"})
    observed = told(begun(observed, 70), 80, done=[short("a")])
    verifying = begun(observed, 8 * DAY)
    observed = told(verifying, 8 * DAY + 10, outcome="Failed", reason="CopyDamaged", message="1 of 1 copies are gone")
    assert said(observed, "BackedUp")[:2] == ("False", "CopyDamaged")
    assert [job.task.kind for job in wanted(observed, 8 * DAY + 20)] == ["BackUp"]


def test_a_command_is_carried_out_once() -> None:
    observed = annotated(with_versions("a", "b"), **{KEEP: f"diff/{digest('a')[7:]}/{digest('b')[7:]}@1"})
    (document,) = wanted(observed, 1000)
    assert document.task == DiffTask(before=digest("a"), after=digest("b"))
    done = told(begun(observed, 1000), 1010, report_uri="file:///store/diffs/x.json")
    assert done.status.keeping[0].report_uri == "file:///store/diffs/x.json"
    assert wanted(done, 1020) == []
    assert len(wanted(annotated(done, **{KEEP: f"diff/{digest('a')[7:]}/{digest('b')[7:]}@2"}), 1030)) == 1


@pytest.mark.parametrize("word", ["", "nonsense@1", "diff/one@1", "restore@1", "gc/a/b@1", "x" * 300])
def test_what_is_no_command_does_nothing(word: str) -> None:
    assert wanted(annotated(with_versions("a"), **{KEEP: word}), 1000) == []


def test_a_command_that_can_not_be_done_says_why() -> None:
    observed = annotated(with_versions("a"), **{KEEP: "restore/abc@1"})
    status = plan(observed, at(1000)).status
    assert (status.keeping[0].outcome, status.keeping[0].reason) == ("Failed", "InvalidCommand")
    assert plan(replace(observed, status=status), at(1001)).status == status


def test_what_was_restored_into_an_empty_status_is_current_again() -> None:
    observed = annotated(started(dataset(**BACKUP)), **{KEEP: "restore/all@1"})
    (document,) = wanted(observed, 10)
    assert document.task == RestoreTask(newest=10)
    versions = [
        {"digest": digest(name), "rows": 3, "createdAt": f"2026-11-2{n}T00:00:00Z"} for n, name in ((2, "b"), (1, "a"))
    ]
    back = told(begun(observed, 10), 20, reason="Restored", restored=versions, done=[short("b"), short("a")])
    assert [version.digest for version in back.status.versions] == [digest("b"), digest("a")]
    assert back.status.current == digest("b")
    assert said(back, "Ready")[0] == "True"


def test_a_restore_brings_back_all_that_would_be_there_if_nothing_had_been_lost() -> None:
    observed = annotated(
        with_versions("a", "b", retention={"versions": 3}),
        **{"tag.colonnade.dev/golden": digest("t"), "hold.colonnade.dev/" + digest("h")[7:39]: "audit 2026"},
    )
    observed = replace(annotated(observed, **{KEEP: "restore/all@1"}), pinned=frozenset({digest("p")}))
    (document,) = wanted(observed, 1000)
    assert document.task == RestoreTask(
        versions=(digest("b"), digest("a"), digest("p"), digest("t")),
        held=(digest("h")[7:39],),
        newest=3,
        listed=(short("b"), short("a")),
    )


def test_a_restore_that_one_answer_has_no_room_for_is_told_in_parts() -> None:
    observed = annotated(started(dataset(**BACKUP)), **{KEEP: "restore/all@1"})
    names = ["d", "c", "b", "a"]
    versions = [
        {"digest": digest(name), "rows": 3, "createdAt": f"2026-11-2{4 - n}T00:00:00Z"} for n, name in enumerate(names)
    ]
    first = begun(observed, 10)
    half = told(first, 20, message="4 versions are in the store", restored=versions[:2], omitted=["restored"])
    assert half.status.keeping == ()
    (document,) = wanted(half, 21)
    assert isinstance(document.task, RestoreTask)
    assert document.task.brought
    assert document.task.listed == (short("d"), short("c"))
    second = begun(half, 21)
    assert second.keep_jobs[0].name != first.keep_jobs[0].name
    whole = told(second, 30, message="again", restored=versions[2:])
    assert [version.digest for version in whole.status.versions] == list(map(digest, names))
    assert whole.status.keeping[0].message == "4 versions are in the store"
    assert [job.task.kind for job in wanted(whole, 31)] == ["BackUp"]


def test_a_version_that_would_go_again_is_not_brought_back_unless_it_is_held() -> None:
    observed = with_versions("b", "c", "d", retention={"versions": 3})
    observed = annotated(observed, **{KEEP: f"restore/{digest('a')[7:]}@1"})
    refused = plan(observed, at(1000)).status
    assert (refused.keeping[0].outcome, refused.keeping[0].reason) == ("Failed", "NotKept")
    held = annotated(observed, **{"hold.colonnade.dev/" + digest("a")[7:39]: "restored"})
    back = told(begun(held, 1000), 1010, restored=[{"digest": digest("a"), "createdAt": "2026-01-01T00:00:00Z"}])
    assert listed(back, 5000) == [digest("d"), digest("c"), digest("b"), digest("a")]


def test_whoever_takes_garbage_over_says_so() -> None:
    observed = replace(with_versions("a", retention={"versions": 2}), collection=Collection("this"))
    (document,) = wanted(annotated(observed, **{KEEP: "gc/take-over@1"}), DAY)
    assert document.task == CollectTask(installation="this", references=(), take_over=True)


def test_garbage_is_collected_daily_by_the_one_that_does() -> None:
    observed = with_versions("a", retention={"versions": 2})
    assert wanted(observed, DAY) == []
    collecting = replace(observed, collection=Collection("this", ("datasets/aa",)))
    (document,) = wanted(collecting, DAY)
    assert document.task == CollectTask(installation="this", references=("datasets/aa",))


def test_nothing_is_collected_while_what_someone_refers_to_can_not_be_read() -> None:
    observed = replace(
        with_versions("a", retention={"versions": 2}), collection=Collection("this", unreadable="mv/x in demo")
    )
    assert wanted(observed, DAY) == []
    asked = plan(annotated(observed, **{KEEP: "gc@1"}), at(DAY)).status
    assert asked.keeping[0].reason == "ReferencesUnreadable"


def test_keeping_is_no_reason_to_look_at_the_source_again() -> None:
    observed = with_versions("a")
    kept = dataset(retention={"versions": 3}, audit={"schedule": "@daily"}, **BACKUP)
    actions = plan(replace(observed, spec=kept.spec), at(100)).actions
    assert [each.name[:13] for each in actions if isinstance(each, RunJob)] == ["flights-keep-"]


def test_a_schedule_that_can_not_be_read_is_named() -> None:
    observed = dataset(audit={"schedule": "99 * * * *"})
    observed = replace(observed, status=plan(observed, at(0)).status)
    assert said(observed, "Stalled")[1:] == ("InvalidSpec", 'spec.audit.schedule: minute "99" lies outside 0 to 59')


def test_another_key_is_wrapped_by_once_and_again_when_it_changes() -> None:
    def keyed(name: str) -> dict[str, Any]:
        previous = [{"name": "old", "key": "key"}]
        return {"privacy": {"encryption": {"keySecretRef": {"name": name, "key": "key"}, "previousKeys": previous}}}

    observed = with_versions("a")
    rotating = replace(observed, spec=dataset(**keyed("new")).spec)
    assert [job.task.kind for job in wanted(rotating, 1000)] == ["Rotate"]
    rotated = told(begun(rotating, 1000), 1010, reason="Rotated")
    assert wanted(rotated, 1020) == []
    assert len(wanted(replace(rotated, spec=dataset(**keyed("newer")).spec), 1030)) == 1
    assert wanted(replace(rotated, spec=observed.spec), 1030) == []


def test_copies_that_may_be_in_plain_are_made_again_once_there_is_a_key_and_only_once() -> None:
    copied = told(begun(with_versions("a", **BACKUP), 70), 80, reason="Copied", done=[short("a")])
    sealed = {"privacy": {"encryption": {"keySecretRef": {"name": "people", "key": "key"}}}}
    encrypted = replace(copied, spec=dataset(**BACKUP, **sealed).spec)
    (document,) = wanted(encrypted, 200)
    assert isinstance(document.task, RotateTask)
    done = told(begun(encrypted, 200), 210, reason="Rotated", done=[short("a")])
    assert wanted(done, 10 * DAY) == []
