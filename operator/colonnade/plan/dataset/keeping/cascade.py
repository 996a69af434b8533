"""What was made of destroyed rows is destroyed too: which versions go, and what that leaves in status.

It follows from what the Datasets beneath say of themselves, and from nothing that has to be remembered: an operator
that begins anew sees the same.
"""

from colonnade.plan.dataset.observed import ObservedDataset
from colonnade_api import DatasetStatus
from colonnade_api.datasets.erasure import MAX_ERASED, ErasedVersion
from colonnade_api.datasets.keeping import KeepingNow, KeepingRecord
from colonnade_api.jobs.keeping import CascadeTask, KeepResult, shortly
from colonnade_api.references import HOLD_DIGITS, holds


def going(observed: ObservedDataset, status: DatasetStatus) -> tuple[str, ...]:
    """The versions that were made of destroyed ones, but for those that are held."""
    return tuple(digest for digest in _beneath(observed, status) if not _is_held(observed, digest))


def held(observed: ObservedDataset, status: DatasetStatus) -> tuple[str, ...]:
    """Those that were, and are held."""
    return tuple(digest for digest in _beneath(observed, status) if _is_held(observed, digest))


def task(observed: ObservedDataset, status: DatasetStatus) -> CascadeTask:
    """rejected: the rows that were last refused, unless they are known to be made of others."""
    return CascadeTask(
        versions=going(observed, status),
        rejected=_rejects(observed, status),
        held=tuple(holds(observed.metadata.annotations)),
        needed=dict(observed.needed),
    )


def asked_by(observed: ObservedDataset, status: DatasetStatus) -> dict[str, str | None]:
    """Who asked for the erasure beneath, and why."""
    first = next((observed.descent.beneath[digest].version for digest in going(observed, status)), None)
    about = first or max(observed.descent.destroyed, key=lambda each: str(each.at), default=None)
    return {"by": about.by, "reason": about.reason} if about else {}


def with_destroyed(
    status: DatasetStatus, observed: ObservedDataset, begun: KeepingNow, record: KeepingRecord, said: KeepResult
) -> DatasetStatus:
    """The status without what is destroyed; nothing is in its place but what a query makes anew."""
    gone = [each.digest for each in status.versions if each.digest and shortly(each.digest) in said.done]
    left = tuple(each for each in status.versions if each.digest not in gone)
    about = {"by": begun.by, "at": record.at, "reason": begun.reason}
    erased = tuple(ErasedVersion(digest=digest, **about) for digest in gone)
    return status.model_copy(
        update={
            "versions": left,
            "current": left[0].digest if left else None,
            "erased": (*erased, *status.erased)[:MAX_ERASED],
            "refused": None if _rejects(observed, status) else status.refused,
        }
    )


def _beneath(observed: ObservedDataset, status: DatasetStatus) -> list[str]:
    return [each.digest for each in status.versions if each.digest and each.digest in observed.descent.beneath]


def _is_held(observed: ObservedDataset, digest: str) -> bool:
    return digest.removeprefix("sha256:")[:HOLD_DIGITS] in holds(observed.metadata.annotations)


def _rejects(observed: ObservedDataset, status: DatasetStatus) -> bool:
    return status.refused is None or status.refused.source is None or observed.descent.refused
