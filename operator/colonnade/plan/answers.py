"""Jobs: which one is due, what it said, and when to try again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from colonnade.plan.observed import Job

RETRY_AFTER = timedelta(minutes=10)
"""Between a Job that gave up (after its own, quicker retries) and the next one."""


def answer(job: Job | None, outcomes: frozenset[str]) -> Mapping[str, Any] | None:
    """The Job's definite answer; None while there is none, or where it isn't one of the outcomes that we know."""
    if job is None or not job.succeeded or not job.result:
        return None
    return job.result if job.result.get("outcome") in outcomes else None


def finished(job: Job) -> bool:
    return job.succeeded or job.failed


def gave_up(job: Job | None, outcomes: frozenset[str]) -> bool:
    """It ended without a definite answer."""
    return job is not None and finished(job) and answer(job, outcomes) is None


def retry_at(job: Job) -> datetime:
    return (job.finished_at or job.created_at) + RETRY_AFTER


def last_words(job: Job) -> str:
    return job.message or "it ended without an answer"
