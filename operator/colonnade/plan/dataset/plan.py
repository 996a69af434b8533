"""A Dataset: one Job for each reason to look at the source, and its answer in status."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from colonnade.formatting import clipped, percent
from colonnade.plan.common.actions import Action, DeleteJob, EnsureStore, RecordStatus, RunJob
from colonnade.plan.common.conditions import ConditionUpdate, carried_over, false, true, unknown, with_transition_time
from colonnade.plan.common.decision import Decision, Event
from colonnade.plan.common.digests import short_hash
from colonnade.plan.common.finalizer import finalize
from colonnade.plan.common.job_results import (
    answer,
    failure,
    finished,
    gave_up,
    is_stuck,
    makes_room,
    retry_at,
    suspect_at,
    working,
)
from colonnade.plan.common.observed import InvalidSpec, Job
from colonnade.plan.dataset import moving, schedule
from colonnade.plan.dataset.descent import NO_DESCENT
from colonnade.plan.dataset.keeping import conditions, erasure, keeping
from colonnade.plan.dataset.keeping.due import record_of
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade_api import DatasetSpec, DatasetStatus, DatasetVersion, ObjectMeta
from colonnade_api.datasets.keeping import KeepingKind
from colonnade_api.jobs import DatasetJob, DatasetResult
from colonnade_api.wellknown import REFRESH_ANNOTATION

NO_CONTENT = (
    *("description", "owner", "license", "purpose", "lawfulBasis", "sensitivity"),
    *("retention", "audit", "backup"),
)

OF_PRIVACY = ("protected", "personal_data", "suppressed_rows")
UNPROTECTED = ("NotAnonymous", "PersonalDataFound")


@dataclass(frozen=True)
class Look:
    """A reason to look at the source: the Job that ought to have run by now, and the one whose words count until then.

    `due` is None until rows were pushed for the first time, and while `upstream` names what there is no version of yet.
    """

    spec: DatasetSpec
    spec_hash: str
    due: str | None
    job: Job | None
    upstream: str = ""


def plan(observed: ObservedDataset, now: datetime) -> Decision[DatasetStatus]:
    """What the Dataset needs now. Versions stay through every failure; Ready speaks of them, Valid of the last look."""
    if observed.metadata.deletion_timestamp:
        return finalize(observed.metadata, observed.status)
    observed = replace(observed, status=moving.placed(observed.status, observed.place))
    problem = _problem(observed.spec) or observed.upstreams.problem()
    if problem or isinstance(observed.spec, InvalidSpec):
        kept = carried_over(observed.status.conditions, ("Ready", "Valid", "Protected", "Audited", "BackedUp"))
        status = _judged(observed, observed.status, (*kept, true("Stalled", "InvalidSpec", problem)), now)
        return Decision((), status)
    if said := moving.elsewhere(observed.status, observed.place):
        return _held(observed, said, now)
    look = _look(observed, observed.spec, now)
    status = moving.placed(_with_answer(observed.status, look), observed.place)
    status, for_versions = keeping.keep(_settled(observed, look, status), observed.spec, status, now)
    kept = (*conditions.of_keeping(observed.spec, status), *conditions.of_descent(observed, status))
    updates = (*_judge(status, observed, look, now), *kept)
    status = _judged(observed, status, updates, now)
    events = _events(observed.status, status)
    times = filter(None, (_look_again(look, now), keeping.look_again(observed.spec, status, now)))
    looks = () if _is_forgetting(status) else _actions(observed, look, now)
    return Decision((*looks, *for_versions), status, events, min(times, default=None))


def _held(observed: ObservedDataset, said: str, now: datetime) -> Decision[DatasetStatus]:
    status = _judged(observed, observed.status, moving.conditions(observed.status, said), now)
    return Decision((), status, moving.events(observed.status, said))


def _is_forgetting(status: DatasetStatus) -> bool:
    """Nothing is collected meanwhile: a Job that began before would bring back whom it doesn't know to be erased."""
    return status.keeping_now is not None and status.keeping_now.kind in keeping.DESTROYS


def _settled(observed: ObservedDataset, look: Look, status: DatasetStatus) -> ObservedDataset:
    """What can be made anew of rows that are left is made first, and then what was made of destroyed ones goes."""
    made = look.due is None or (look.job is not None and look.job.name == look.due and finished(look.job))
    return observed if made or _is_forgetting(status) else replace(observed, descent=NO_DESCENT)


def _problem(spec: DatasetSpec | InvalidSpec) -> str:
    if isinstance(spec, InvalidSpec):
        return spec.message
    for field, text in keeping.schedules(spec):
        try:
            schedule.parse(text)
        except ValueError as error:
            return f"{field}: {error}"
    return ""


def _look(observed: ObservedDataset, spec: DatasetSpec, now: datetime) -> Look:
    token = observed.metadata.annotations.get(REFRESH_ANNOTATION, "")
    spec_hash = short_hash(_content(spec))
    if spec.source.upload is not None and not token:
        return Look(spec, spec_hash, None, None)
    if waits := observed.upstreams.waits_for(observed.metadata.namespace):
        return Look(spec, spec_hash, None, None, waits)
    tick = _last_tick(spec, observed.metadata.creation_timestamp, now)
    made_with = sorted(observed.upstreams.digests.items())
    reasons = [spec_hash, tick.isoformat() if tick else "", token, *([made_with] if made_with else [])]
    due = f"{observed.metadata.name}-{short_hash(reasons)}"
    return Look(spec, spec_hash, due, _speaking(observed.jobs, spec_hash, due))


def _content(spec: DatasetSpec) -> dict[str, Any]:
    content = {key: value for key, value in spec.manifest().items() if key not in NO_CONTENT}
    return {**content, "source": {key: value for key, value in content["source"].items() if key != "refresh"}}


def _last_tick(spec: DatasetSpec, created_at: datetime | None, now: datetime) -> datetime | None:
    if spec.source.refresh is None:
        return None
    tick = schedule.parse(spec.source.refresh.schedule).last(now)
    return tick if tick and created_at and tick > created_at else None


def _speaking(jobs: tuple[Job, ...], spec_hash: str, due: str) -> Job | None:
    """The due Job; before it exists, the latest for the same spec, which may still run or have an answer to be kept."""
    same_spec = sorted((job for job in jobs if job.spec_hash == spec_hash), key=lambda job: job.created_at)
    exact = next((job for job in same_spec if job.name == due), None)
    return exact or (same_spec[-1] if same_spec else None)


def _actions(observed: ObservedDataset, look: Look, now: datetime) -> tuple[Action, ...]:
    if look.due is None:
        return ()
    others = tuple(DeleteJob(job.name) for job in observed.jobs if job != look.job and not job.deleting)
    job = look.job
    if job is None or (job.name != look.due and finished(job)):
        return (*others, RecordStatus(), EnsureStore(), _run_job(observed, look, look.due))
    if makes_room(job, DatasetResult, observed.image, now):
        return (*others, DeleteJob(job.name))
    return others


def _run_job(observed: ObservedDataset, look: Look, name: str) -> RunJob:
    about = observed.metadata
    document = DatasetJob(
        namespace=about.namespace,
        name=about.name,
        spec=look.spec,
        previous=_previous(observed),
        upstream=dict(observed.upstreams.digests),
        upstream_keys=observed.upstreams.keys,
        retained=_retained(observed.status, look.spec),
    )
    return RunJob(name, look.spec_hash, document)


def _previous(observed: ObservedDataset) -> str | None:
    """What the next version is compared with; nothing of destroyed rows is told again by that."""
    current = observed.status.current
    return None if current in observed.descent.beneath else current


def _retained(status: DatasetStatus, spec: DatasetSpec) -> tuple[str, ...]:
    """What a Job encrypts, or wraps by another key."""
    if not spec.encryption_keys():
        return ()
    return tuple(version.digest for version in status.versions if version.digest)


def _with_answer(status: DatasetStatus, look: Look) -> DatasetStatus:
    job = look.job
    said = answer(job, DatasetResult)
    if said is None or job is None:
        return status
    checked, version = {"checked_at": job.finished_at}, said.version
    if said.outcome == "Invalid":
        return status.model_copy(update={**checked, "refused": None if _forgot_since(status, look) else version})
    if version is None:
        return status
    digest = erasure.successor(status, version.digest or "")
    known = next((each for each in status.versions if each.digest == digest), version)
    if known.digest != digest:  # it was destroyed, and nothing is in its place any more
        return status.model_copy(update=checked)
    known = known.model_copy(update={field: getattr(version, field) for field in OF_PRIVACY})
    others = tuple(each for each in status.versions if each.digest != digest)
    newest_first = (known, *others)
    return status.model_copy(update={**checked, "current": known.digest, "versions": newest_first, "refused": None})


def _forgot_since(status: DatasetStatus, look: Look) -> bool:
    """Whether what a look refused was destroyed after it. What the one that is due refused was made of other rows."""
    kinds: tuple[KeepingKind, ...] = ("Forget",) if look.job and look.job.name == look.due else keeping.DESTROYS
    times = [record.at for kind in kinds if (record := record_of(status, kind)) and record.at]
    at = look.job.finished_at if look.job else None
    return bool(at and any(each >= at for each in times))


def _judge(status: DatasetStatus, observed: ObservedDataset, look: Look, now: datetime) -> tuple[ConditionUpdate, ...]:
    said = answer(look.job, DatasetResult)
    if said is None:
        reason, message = _waits_for(look, observed.metadata, now)
        kstatus = true("Stalled" if is_stuck(look.job, DatasetResult) else "Reconciling", reason, message)
        protected = carried_over(observed.status.conditions, ("Protected",)) if _is_protected(look.spec) else ()
        return (_ready(status, reason, message), _valid_so_far(observed.status), *protected, kstatus)
    reason, message = said.reason, said.message
    if said.outcome == "Invalid":
        stalled = true("Stalled", reason, message)
        if reason in UNPROTECTED:
            unprotected = false("Protected", reason, message)
            return (_ready(status, reason, message), _valid_so_far(observed.status), unprotected, stalled)
        return (_ready(status, reason, message), false("Valid", reason, message), stalled)
    if status.current is None:
        said_so = "every row that was accepted has been erased since; a later look at the source may find others"
        return (false("Ready", "NothingLeft", said_so), true("Valid", "Accepted", said_so))
    valid = true("Valid", "Accepted", _accepted(status))
    return (_ready(status, reason, message), valid, *_protected(look.spec, said.version))


def _protected(spec: DatasetSpec, version: DatasetVersion | None) -> tuple[ConditionUpdate, ...]:
    if version and version.personal_data:
        done = f" Of the rest: {version.protected}" if version.protected else ""
        return (false("Protected", "PersonalDataFound", f"{version.personal_data}.{done}"),)
    if version and version.protected and spec.privacy:
        reason = "RulesApplied" if spec.privacy.changes_rows else "NothingFound"
        return (true("Protected", reason, version.protected),)
    return ()


def _is_protected(spec: DatasetSpec) -> bool:
    return spec.privacy is not None and spec.privacy.withholds_values


def _waits_for(look: Look, metadata: ObjectMeta, now: datetime) -> tuple[str, str]:
    source, job = look.spec.source.described, look.job
    if look.upstream:
        return "WaitingForUpstream", look.upstream
    if look.due is None:
        return "WaitingForUpload", f"no rows yet; upload them: kubectl colonnade push dset/{metadata.name} FILE"
    if job is None:
        return "Collecting", f"a Job that reads {source} is being started"
    if gave_up(job, DatasetResult):
        tick = "at the next tick of its schedule, " if look.spec.source.refresh else ""
        command = f"kubectl colonnade refresh dset/{metadata.name} -n {metadata.namespace}"
        return failure(job, f"look again with another spec or image, {tick}or by {command}")
    return "Collecting", f"Job {job.name} reads {source}{working(job, now)}"


def _ready(status: DatasetStatus, reason: str, message: str) -> ConditionUpdate:
    if status.current is None:
        return false("Ready", reason, message)
    return true("Ready", "VersionAvailable", _accepted(status))


def _accepted(status: DatasetStatus) -> str:
    version = status.versions[0]
    kept = f"version {status.version}: {version.rows:,} rows"
    if not version.invalid_rows:
        return kept
    share = percent(version.invalid_rows / (version.rows + version.invalid_rows))
    return f"{kept}; {version.invalid_rows:,} more ({share}) were set aside"


def _valid_so_far(before: DatasetStatus) -> ConditionUpdate:
    valid = before.condition("Valid")
    if valid is None:
        return unknown("Valid", "NotChecked", "no rows were checked yet")
    return ConditionUpdate("Valid", valid.status, valid.reason, valid.message)


def _look_again(look: Look, now: datetime) -> timedelta | None:
    moment = retry_at(look.job) if look.job and gave_up(look.job, DatasetResult) else None
    times = [moment] if moment else []
    if (suspect := suspect_at(look.job)) and suspect > now:
        times.append(suspect)
    refresh = look.spec.source.refresh
    if refresh and (tick := schedule.parse(refresh.schedule).next(now)):
        times.append(tick)
    return max(min(times) - now, timedelta(seconds=1)) if times else None


def _judged(
    observed: ObservedDataset, status: DatasetStatus, updates: tuple[ConditionUpdate, ...], now: datetime
) -> DatasetStatus:
    generation = observed.metadata.generation
    conditions = with_transition_time(updates, observed.status.conditions, generation, now)
    return status.model_copy(update={"conditions": conditions, "observed_generation": generation})


def _events(before: DatasetStatus, after: DatasetStatus) -> tuple[Event, ...]:
    events = []
    if after.current and after.current != before.current:
        events.append(Event("Normal", "VersionCreated", _accepted(after)))
    for record in after.keeping:
        if record.kind in keeping.DESTROYS and record not in before.keeping:
            is_done = record.outcome == "Succeeded"
            events.append(Event("Normal" if is_done else "Warning", record.reason, clipped(record.message)))
    for kind in ("Valid", "Protected", "Audited", "BackedUp"):
        was, found = before.condition(kind), after.condition(kind)
        if found and found.status == "False" and (was is None or was.message != found.message):
            events.append(Event("Warning", found.reason, clipped(found.message)))
    return tuple(events)
