"""`colonnade-jobs keep`: one task, one answer."""

from pathlib import Path

from colonnade_api.jobs.keeping import (
    AuditTask,
    BackUpTask,
    CascadeTask,
    CollectTask,
    DiffTask,
    ForgetTask,
    KeepJob,
    KeepResult,
    RestoreTask,
    RotateTask,
    VerifyTask,
)
from colonnade_serving.store import Store

from ..errors import store_answers
from . import audit, backup, collect, diff, forgetting, restore, rotate
from .copies import Copies, open_copies


def run(job: KeepJob, store: Store, scratch: Path, claims: Path = Path("/pvc")) -> KeepResult:
    """Does the task; returns the answer. Raises PermanentError, TransientError."""
    with store_answers():
        return _run(job, store, scratch, claims)


def _run(  # noqa: PLR0911 - one answer a task
    job: KeepJob, store: Store, scratch: Path, claims: Path
) -> KeepResult:
    match job.task:
        case AuditTask(versions=versions):
            return audit.run(job.spec, versions, store, _copies(job, store, claims), scratch)
        case BackUpTask(versions=versions):
            return backup.copy_all(versions, store, open_copies(job, store, claims), scratch)
        case VerifyTask(versions=versions):
            return backup.verify_all(versions, store, open_copies(job, store, claims), scratch)
        case RestoreTask():
            return restore.run(job.task, store, open_copies(job, store, claims), scratch)
        case RotateTask(versions=versions):
            copies = open_copies(job, store, claims) if job.backup else None
            return rotate.run(job, versions, store, copies, scratch)
        case DiffTask(before=before, after=after):
            return diff.run(job, before, after, store, scratch)
        case CollectTask():
            return collect.run(job.task, store)
        case CascadeTask():
            return forgetting.cascade(job, job.task, store, _copies(job, store, claims))
        case ForgetTask():
            return forgetting.run(job, job.task, store, _copies(job, store, claims), scratch)


def _copies(job: KeepJob, store: Store, claims: Path) -> Copies | None:
    return open_copies(job, store, claims) if job.backup else None
