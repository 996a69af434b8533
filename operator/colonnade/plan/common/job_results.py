"""Jobs: which one is due, what it said, and when to try again."""

from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import ValidationError

from colonnade.formatting import clock_time
from colonnade.plan.common.observed import Job
from colonnade_api import ObjectMeta
from colonnade_api.jobs import JobResult

Result = TypeVar("Result", bound=JobResult)

RETRY_AFTER = timedelta(minutes=10)
"""Between a Job that gave up (after its own, quicker retries) and the next one, where that one may fare better."""

ANSWER_LOST_AFTER = timedelta(seconds=15)
"""Between a Job whose answer went with its pod (a drained node, while no operator was there) and the next one."""

POD_DUE_AFTER = timedelta(seconds=20)


def answer(job: Job | None, kind: type[Result]) -> Result | None:
    """The Job's definite answer; None while there is none, or where it can't be read as one of this kind."""
    if job is None or not job.succeeded or not job.result:
        return None
    try:
        return kind.model_validate(job.result)
    except ValidationError:
        return None


def suspect_at(job: Job | None) -> datetime | None:
    """When a Job that has no pod yet ought to have one; None where it has, or is over."""
    waits = job is not None and not finished(job) and not job.active and not job.message and not job.deleting
    return job.created_at + POD_DUE_AFTER if job is not None and waits else None


def working(job: Job, now: datetime) -> str:
    """What keeps it, to be put behind what it does; empty where all is well."""
    suspect = suspect_at(job)
    if suspect and now >= suspect:
        return f"; no pod of it could be made so far, by a quota or another policy: kubectl describe job {job.name}"
    return f"; {job.message}" if job.message else ""


def finished(job: Job) -> bool:
    return job.succeeded or job.failed


def gave_up(job: Job | None, kind: type[JobResult]) -> bool:
    """It ended without a definite answer."""
    return job is not None and finished(job) and answer(job, kind) is None


def retry_at(job: Job) -> datetime | None:
    """When a Job that gave up is tried again; None where that would only repeat it."""
    if job.final or _answered(job):
        return None
    return (job.finished_at or job.created_at) + (ANSWER_LOST_AFTER if job.succeeded else RETRY_AFTER)


def makes_room(job: Job, kind: type[JobResult], image: str, now: datetime) -> bool:
    """Whether a Job that gave up goes, so that another one is tried: after a while, or once another image would run."""
    if not gave_up(job, kind) or job.deleting:
        return False
    moment = retry_at(job)
    return job.image != image if moment is None else now >= moment


def is_stuck(job: Job | None, kind: type[JobResult]) -> bool:
    """Whether it gave up, and nothing comes of waiting."""
    return job is not None and gave_up(job, kind) and retry_at(job) is None


def _answered(job: Job) -> bool:
    """Of one that gave up: it did answer, but what this operator can't read."""
    return job.succeeded and bool(job.result)


def failure(job: Job, ask_again: str) -> tuple[str, str]:
    """Reason and message of a Job that gave up. ask_again: what else than waiting leads to another try."""
    if _answered(job):
        versions = "the images of operator and Jobs are of different versions"
        return "AnswerUnreadable", f"Job {job.name} answered what can't be read: {versions}; mend that, and {ask_again}"
    message = f"Job {job.name}: {job.message or 'it ended without an answer'}"
    moment = retry_at(job)
    if moment is None:
        mistake = "this is a mistake of Colonnade's own, and the same Job would only repeat it: report it"
        return "InternalError", f"{message}; {mistake}, and {ask_again}"
    return "JobFailed", f"{message}; tried again at {clock_time(moment)}"


def by_annotation(kind: str, metadata: ObjectMeta, annotation: str) -> str:
    """The command that asks by an annotation. kind: its short name."""
    object_ = f"{kind}/{metadata.name} -n {metadata.namespace}"
    return f"kubectl annotate --overwrite {object_} {annotation}=TEXT, with a new TEXT each time"
