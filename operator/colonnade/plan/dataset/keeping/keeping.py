"""One Job at a time that keeps a Dataset's versions: recorded, run, and its answer put into status."""

from datetime import datetime, timedelta

from colonnade.plan.common.actions import Action, DeleteJob, EnsureStore, RecordStatus, RunJob
from colonnade.plan.common.digests import short_hash
from colonnade.plan.common.job_results import answer, failure, finished
from colonnade.plan.common.observed import Job
from colonnade.plan.dataset.keeping import cascade, retention
from colonnade.plan.dataset.keeping.due import Due, due, next_at
from colonnade.plan.dataset.keeping.due import schedules as schedules_of_keeping
from colonnade.plan.dataset.keeping.erasure import with_erased
from colonnade.plan.dataset.keeping.tasks import NotPossible, task_of
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade_api import DatasetSpec, DatasetStatus, DatasetVersion
from colonnade_api.datasets.keepcommands import parse
from colonnade_api.datasets.keeping import KeepingKind, KeepingNow, KeepingRecord
from colonnade_api.jobs.keeping import KeepJob, KeepResult
from colonnade_api.wellknown import FORGET_BY_ANNOTATION, FORGET_REASON_ANNOTATION

DESTROYS: tuple[KeepingKind, ...] = ("Forget", "Cascade")
"""What no look runs beside: it would bring back whom it doesn't know to be erased."""

Kept = tuple[DatasetStatus, tuple[Action, ...]]


def keep(observed: ObservedDataset, spec: DatasetSpec, status: DatasetStatus, now: datetime) -> Kept:
    """The status with what Jobs have answered, without what need not stay, and what is to be done next."""
    job = _current(observed, status)
    if job is not None and finished(job):
        status = _with_answer(status, observed, job, now)
    pinned = retention.referred_to(status.versions, observed.metadata, observed.pinned)
    status = status.model_copy(update={"versions": retention.kept(status.versions, spec.retention, pinned, now)})
    gone = tuple(
        DeleteJob(each.name)
        for each in observed.keep_jobs
        if not each.deleting and (status.keeping_now is None or each.name != status.keeping_now.job)
    )
    if gone:
        return status, (RecordStatus(), *gone)
    status, wanted = _next(observed, spec, status, now)
    return status, wanted


def look_again(spec: DatasetSpec, status: DatasetStatus, now: datetime) -> timedelta | None:
    """When something may be due."""
    moment = next_at(spec, status, now)
    return max(moment - now, timedelta(seconds=1)) if moment else None


def schedules(spec: DatasetSpec) -> tuple[tuple[str, str], ...]:
    """All schedules of a spec, by the field that has them."""
    refresh = spec.source.refresh
    source = (("spec.source.refresh.schedule", refresh.schedule),) if refresh else ()
    return (*source, *schedules_of_keeping(spec))


def _current(observed: ObservedDataset, status: DatasetStatus) -> Job | None:
    known = status.keeping_now
    return next((job for job in observed.keep_jobs if known and job.name == known.job), None)


def _next(observed: ObservedDataset, spec: DatasetSpec, status: DatasetStatus, now: datetime) -> Kept:
    """Begins what is due, or goes on with what was begun and has no Job (any more)."""
    begun = status.keeping_now
    if begun and any(job.name == begun.job for job in observed.keep_jobs):
        return status, ()
    wanted = Due(begun.kind, begun.asked) if begun else due(observed, spec, status, now)
    if wanted is None or (wanted.kind in DESTROYS and not all(map(finished, observed.jobs))):
        return status, ()
    try:
        task = task_of(wanted, observed, spec, status)
    except NotPossible as problem:
        record = KeepingRecord(
            kind=wanted.kind, asked=wanted.asked, at=now, outcome="Failed", reason=problem.reason, message=str(problem)
        )
        return _recorded(status, record), ()
    about = observed.metadata
    begun = begun or _begin(about.name, wanted).model_copy(update=_asked_by(wanted, observed, status))
    status = status.model_copy(update={"keeping_now": begun})
    document = KeepJob(namespace=about.namespace, name=about.name, spec=spec, task=task)
    return status, (RecordStatus(), EnsureStore(), RunJob(begun.job, begun.job.rpartition("-")[2], document))


def _begin(dataset: str, wanted: Due, so_far: KeepingRecord | None = None, part: int = 0) -> KeepingNow:
    told = short_hash([wanted.kind, wanted.asked, *([part] if part else [])])
    return KeepingNow(kind=wanted.kind, asked=wanted.asked, job=f"{dataset}-keep-{told}", so_far=so_far)


def _asked_by(wanted: Due, observed: ObservedDataset, status: DatasetStatus) -> dict[str, str | None]:
    """Of an erasure, who asked for it and why, as the annotations say it now, or the erasure beneath."""
    if wanted.kind == "Cascade":
        return cascade.asked_by(observed, status)
    if wanted.kind != "Forget":
        return {}
    notes = observed.metadata.annotations
    return {"by": notes.get(FORGET_BY_ANNOTATION), "reason": notes.get(FORGET_REASON_ANNOTATION)}


def _with_answer(status: DatasetStatus, observed: ObservedDataset, job: Job, now: datetime) -> DatasetStatus:
    begun, said, dataset = status.keeping_now, answer(job, KeepResult), observed.metadata.name
    if begun is None:
        return status
    at = job.finished_at or now
    if said is None:
        reason, message = failure(job, "ask for it again")
        failed = KeepingRecord(
            kind=begun.kind, asked=begun.asked, at=at, outcome="Failed", reason=reason, message=message
        )
        return _recorded(status, failed)
    record = KeepingRecord(
        kind=begun.kind,
        asked=begun.asked,
        at=at,
        outcome=said.outcome,
        reason=said.reason,
        message=said.message,
        report_uri=said.report_uri,
        report_digest=said.report_digest,
        page_uri=said.page_uri,
        bytes=said.bytes,
    )
    if begun.kind == "Forget":
        return _with_erasure(with_erased(status, begun, record, said), dataset, record, said)
    if begun.kind == "Cascade":
        return _recorded(cascade.with_destroyed(status, observed, begun, record, said), record)
    status = _with_versions(status, record, said)
    record = begun.so_far or record
    if "restored" in said.omitted and said.restored:
        further = _begin(dataset, Due(begun.kind, begun.asked), record, part=len(status.versions))
        return status.model_copy(update={"keeping_now": further})
    return _recorded(status, record.model_copy(update={"at": at}))


def _with_erasure(status: DatasetStatus, dataset: str, record: KeepingRecord, said: KeepResult) -> DatasetStatus:
    """Another Job goes on where one had no room for all."""
    begun = status.keeping_now
    if not said.left or begun is None:
        return _recorded(status, record)
    further = _begin(dataset, Due(begun.kind, begun.asked), part=len(status.erased))
    return status.model_copy(update={"keeping_now": begun.model_copy(update={"job": further.job})})


def _recorded(status: DatasetStatus, record: KeepingRecord) -> DatasetStatus:
    others = tuple(each for each in status.keeping if each.kind != record.kind)
    records = tuple(sorted((*others, record), key=lambda each: each.kind))
    command = record.asked if parse(record.asked) else status.kept_command
    return status.model_copy(update={"keeping": records, "keeping_now": None, "kept_command": command})


def _with_versions(status: DatasetStatus, record: KeepingRecord, said: KeepResult) -> DatasetStatus:
    """Each version with what is now known of it, and those that were brought back."""
    versions = tuple(_dated(version, record, said) for version in status.versions)
    known = {version.digest for version in versions}
    back = tuple(version for version in said.restored if version.digest not in known)
    if not versions and back:
        return status.model_copy(update={"versions": back, "current": back[0].digest})
    first, rest = versions[:1], (*versions[1:], *back)
    older = sorted(rest, key=lambda version: str(version.created_at), reverse=True) if back else rest
    return status.model_copy(update={"versions": (*first, *older)})


def _dated(version: DatasetVersion, record: KeepingRecord, said: KeepResult) -> DatasetVersion:
    digits = (version.digest or "").removeprefix("sha256:")
    done = any(digits.startswith(each) for each in said.done)
    if record.kind == "Audit" and done:
        return version.model_copy(update={"audited_at": record.at})
    if record.kind in ("BackUp", "Verify") and done:
        return version.model_copy(update={"backed_up_at": record.at})
    if record.kind == "Verify" and said.reason == "CopyDamaged":
        return version.model_copy(update={"backed_up_at": None})
    return version
