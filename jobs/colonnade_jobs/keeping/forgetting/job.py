"""The order in which someone is forgotten: find, refuse or remember, write anew, say so, destroy."""

from pathlib import Path
from tempfile import TemporaryDirectory

from colonnade_api.jobs.keeping import REWRITTEN_AT_ONCE, ForgetTask, KeepJob, KeepResult, Rewritten
from colonnade_api.stored import REPORT
from colonnade_serving.store import Store

from ... import erased as memory
from ... import progress
from ...data import encryption
from ...data.privacy.subjects import erased, subject_of
from ...data.versions import version
from ...erased import ErasedSubject
from ..copies import Copies
from . import bundles, destroying, history, remains, rewriting, saying
from .erasure import Erasure
from .finding import Found, found
from .opening import fetched


def run(job: KeepJob, task: ForgetTask, store: Store, copies: Copies | None, scratch: Path) -> KeepResult:
    """Forgets the task's subject, and whoever was forgotten before and is there again.

    Writes at most REWRITTEN_AT_ONCE versions anew: `left` says whether there are more. Raises PermanentError, before
    anything is written, where somebody's rows can't be told or must stay; TransientError, StoreError.
    """
    known = [*memory.subjects(store, job.name), wanted := ErasedSubject(task.key_id, task.subject)]
    subject = subject_of(job.spec, job.name, known)
    if subject is None:
        raise AssertionError("somebody is to be forgotten, which subject_of demands a column for")
    ring = encryption.mounted()
    past = history.opened(store, copies)
    erasure = Erasure(job, task, store, copies, erased(subject, known, ring), ring, scratch)
    holding = _holding(erasure)
    for place in (store, *([copies.store] if copies else [])):
        memory.remember(place, job.name, wanted)
    now = list(holding)[:REWRITTEN_AT_ONCE]
    for digest in now:
        progress.report(40, f"writing {digest} anew")
        _write_anew(erasure, digest)
    buried = [digest for digest in task.versions if memory.is_buried(store, job.name, digest)]
    for digest in buried:
        _destroy(erasure, digest)
    left = len(holding) - len(now)
    rewritten = tuple(_in_place_of(erasure, digest) for digest in buried[:REWRITTEN_AT_ONCE])
    if left:
        return saying.unfinished(rewritten, left)
    progress.report(80, "looking for what else holds the subject")
    rest = remains.destroy(erasure)
    named = bundles.holding(store, erasure.subject, scratch)
    return saying.with_history(saying.finished(erasure, rewritten, holding, rest, named), past)


def _holding(erasure: Erasure) -> dict[str, Found]:
    """Of the versions that are not buried yet, those that have rows of the subject. Raises PermanentError."""
    holding: dict[str, Found] = {}
    for digest in erasure.task.versions:
        if memory.is_buried(erasure.store, erasure.job.name, digest):
            continue
        progress.report(10, f"looking through {digest}")
        with TemporaryDirectory(dir=erasure.scratch) as folder:
            rows = found(fetched(digest, erasure.store, erasure.ring, Path(folder)), erasure.subject)
        if rows is None:
            raise saying.untold(erasure, digest)
        if rows and digest in erasure.task.held:
            raise saying.held(erasure, digest)
        if rows and digest in erasure.task.descendants:
            raise saying.held_above(erasure, digest)
        if rows:
            holding[digest] = rows
    return holding


def _write_anew(erasure: Erasure, digest: str) -> None:
    """And says what is in its place, after which it may be destroyed."""
    with TemporaryDirectory(dir=erasure.scratch) as old, TemporaryDirectory(dir=erasure.scratch) as new:
        opened = fetched(digest, erasure.store, erasure.ring, Path(old))
        manifest = rewriting.rewrite(opened, erasure, Path(new))
    successor = manifest["digest"] if manifest else None
    for place in (erasure.copies.store if erasure.copies else None, erasure.store):
        if place is not None:
            memory.bury(place, erasure.job.name, digest, successor)


def _destroy(erasure: Erasure, digest: str) -> None:
    is_needed = digest in erasure.task.needed
    if erasure.copies:
        destroying.destroy_copy(erasure.copies, digest, is_needed)
    if not is_needed:
        destroying.destroy_version(erasure.store, digest)


def _in_place_of(erasure: Erasure, digest: str) -> Rewritten:
    store, name = erasure.store, erasure.job.name
    last: str | None = digest
    while last is not None and memory.is_buried(store, name, last):
        last = memory.successor(store, name, last)
    if last is None:
        return Rewritten(before=digest)
    manifest = version.read_manifest(store, last)
    return Rewritten(
        before=digest,
        after=last,
        rows=manifest["rows"],
        bytes=manifest["bytes"],
        invalid_rows=manifest["invalidRows"],
        report_digest=manifest.get("report", manifest["files"][REPORT]),
    )
