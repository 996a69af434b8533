"""What a query made of someone's rows goes, once these are erased: nobody can tell which of its rows they went into."""

from colonnade_api.jobs.keeping import CascadeTask, KeepJob, KeepResult, shortly
from colonnade_serving.digests import hex_of
from colonnade_serving.store import Store

from ... import erased as memory
from ... import marks, progress
from ..copies import Copies
from . import descendants, destroying, history, saying


def run(job: KeepJob, task: CascadeTask, store: Store, copies: Copies | None) -> KeepResult:
    """Destroys the task's versions, all that was made of them and nobody lists, and what else was told of them.

    Raises TransientError, StoreError.
    """
    past = history.opened(store, copies)
    for digest in task.versions:
        for place in (*([copies.store] if copies else []), store):
            memory.bury(place, job.name, digest, None)
    for n, digest in enumerate(task.versions):
        progress.report(10 + 60 * n // len(task.versions), f"destroying {digest}")
        descendants.destroy_one(store, copies, digest, is_needed=digest in task.needed)
    made = descendants.read(store, copies)
    rest = descendants.destroy(store, copies, made, lambda digest: _stays(task, digest))
    descendants.destroy_half_written(store, made)
    begun = marks.marked(store)
    for unit in (*([f"rejected/{job.name}"] if task.rejected else []), f"diffs/{job.name}"):
        if store.list(unit) or unit in begun:
            destroying.destroy(store, unit)
    if copies:
        copies.sweep_old()
    done = tuple(shortly(digest) for digest in task.versions)
    said = _said(task, copies, *rest)
    return saying.with_history(KeepResult(outcome="Succeeded", reason="Cascaded", message=said, done=done), past)


def _stays(task: CascadeTask, digest: str) -> bool:
    return digest in task.needed or any(hex_of(digest).startswith(digits) for digits in task.held)


def _said(task: CascadeTask, copies: Copies | None, versions: int, unlisted: int) -> str:
    more = f", and {versions + unlisted} that nobody lists" if versions + unlisted else ""
    if not task.versions and not more:
        return "no stored version was made of the rows that are erased"
    backup = " and in the backup" if copies else ""
    stay = {f"dset/{name}" for digest in task.versions for name in task.needed.get(digest, ())}
    held = f"; {', '.join(sorted(stay))} has the same rows and holds them: take the hold away there" if stay else ""
    return (
        f"{len(task.versions)} versions that were made of rows of someone who is erased are destroyed in the "
        f"store{backup}{more}{held}"
    )
