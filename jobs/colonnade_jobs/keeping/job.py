"""`colonnade-jobs keep`: one task, one answer."""

from pathlib import Path

from colonnade_api.keepjobs import (
    AuditTask,
    BackUpTask,
    CollectTask,
    DiffTask,
    KeepJob,
    KeepResult,
    RestoreTask,
    VerifyTask,
)
from colonnade_serving.store import Store

from ..errors import store_answers
from . import audit, backup, collect, diff, restore
from .copies import open_copies


def run(job: KeepJob, store: Store, scratch: Path, claims: Path = Path("/pvc")) -> KeepResult:
    """Does the task; returns the answer. Raises PermanentError, TransientError."""
    with store_answers():
        return _run(job, store, scratch, claims)


def _run(job: KeepJob, store: Store, scratch: Path, claims: Path) -> KeepResult:
    match job.task:
        case AuditTask(versions=versions):
            copies = open_copies(job, store, claims) if job.backup else None
            return audit.run(job.spec, versions, store, copies, scratch)
        case BackUpTask(versions=versions):
            return backup.copy_all(versions, store, open_copies(job, store, claims), scratch)
        case VerifyTask(versions=versions):
            return backup.verify_all(versions, store, open_copies(job, store, claims), scratch)
        case RestoreTask():
            return restore.run(job.task, store, open_copies(job, store, claims), scratch)
        case DiffTask(before=before, after=after):
            return diff.run(job, before, after, store, scratch)
        case CollectTask():
            return collect.run(job.task, store)
