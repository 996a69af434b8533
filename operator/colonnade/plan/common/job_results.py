"""Jobs: which one is due, what it said, and when to try again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from colonnade.plan.common.observed import Job

RETRY_AFTER = timedelta(minutes=10)
"""Between a Job that gave up (after its own, quicker retries) and the next one."""

POD_DUE_AFTER = timedelta(seconds=20)


def answer(job: Job | None, outcomes: frozenset[str]) -> Mapping[str, Any] | None:
    """The Job's definite answer; None while there is none, or where it isn't one of the outcomes that we know."""
    if job is None or not job.succeeded or not job.result:
        return None
    return job.result if job.result.get("outcome") in outcomes else None


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


def gave_up(job: Job | None, outcomes: frozenset[str]) -> bool:
    """It ended without a definite answer."""
    return job is not None and finished(job) and answer(job, outcomes) is None


def retry_at(job: Job) -> datetime:
    return (job.finished_at or job.created_at) + RETRY_AFTER


def failure_message(job: Job) -> str:
    return job.message or "it ended without an answer"
