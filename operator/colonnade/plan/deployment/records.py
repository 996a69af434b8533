"""What a Deployment's status remembers: who serves, who was to take over, how it went."""

from datetime import datetime
from typing import Any

from colonnade.formatting import clipped, reads_alike
from colonnade.plan.deployment.revisions import TargetRevision
from colonnade.plan.deployment.rollout.moves import Advance, Hold, Promote, Rollback
from colonnade_api import (
    CandidateRevision,
    DeploymentStatus,
    RejectedRevision,
    Rollout,
    ServedRevision,
    StepStatus,
)
from colonnade_api.datasets.history import name_of, promoted_before

MAX_REJECTED = 50
TRUSTED_KEPT = 2
"""Promotions that stay in the history whatever else happened since: who serves, and who served before."""


def started(status: DeploymentStatus, wanted: TargetRevision, total: int) -> DeploymentStatus:
    """A candidate is named; it gets nothing yet."""
    candidate = CandidateRevision(
        revision=wanted.revision,
        model_version=wanted.model_version,
        digest=wanted.digest,
        artifact_uri=wanted.artifact_uri,
        signature=wanted.signature,
        weight=0,
    )
    step = StepStatus(
        index=0, total=total, reason="Starting", message=f"{name_of(wanted, status.stable)} is being started"
    )
    return weighed(_with(status, candidate=candidate, step=step, verdicts=()), 0)


def weighed(status: DeploymentStatus, weight: int) -> DeploymentStatus:
    """The candidate gets `weight` percent, stable the rest."""
    candidate, stable = status.candidate, status.stable
    if candidate is None:
        return status
    return _with(
        status,
        candidate=candidate.model_copy(update={"weight": weight}),
        stable=stable.model_copy(update={"weight": 100 - weight}) if stable else None,
    )


def held(status: DeploymentStatus, move: Hold, now: datetime) -> DeploymentStatus:
    """The step stays, and says what it waits for."""
    step = status.step or StepStatus(index=0, total=0)
    since = now if move.clock == "Start" else None if move.clock == "Stop" else step.since
    message = clipped(move.message)
    if step.reason == move.reason and move.weight is None and reads_alike(step.message or "", message):
        message = step.message or ""  # a held canary is no reason to write status at each look
    step = step.model_copy(update={"reason": move.reason, "message": message, "since": since})
    after = _with(status, step=step)
    return after if move.weight is None else weighed(after, move.weight)


def advanced(status: DeploymentStatus, move: Advance, weight: int) -> DeploymentStatus:
    """The next step begins with its weight; its time begins once that is seen in force."""
    total = status.step.total if status.step else 0
    step = StepStatus(index=move.index, total=total, reason="WeightSet", message=clipped(move.message))
    return weighed(_with(status, step=step), weight)


def promoted(
    status: DeploymentStatus, move: Promote, started_at: datetime | None, limit: int, now: datetime
) -> DeploymentStatus:
    """The candidate is stable. One that only came back makes no entry of its own: the breach before it has one."""
    candidate = status.candidate
    if candidate is None:
        return status
    stable = ServedRevision(**{**candidate.model_dump(exclude={"observed_weight"}), "weight": 100})
    total = status.step.total if status.step else 0
    step = StepStatus(index=total, total=total, reason=move.reason, message=clipped(move.message), since=now)
    entry = _entry(candidate, move, started_at, now)
    history = status.history if move.reason == "Restored" else trimmed((entry, *status.history), limit)
    return _with(status, stable=stable, candidate=None, step=step, history=history)


def rolled_back(
    status: DeploymentStatus, move: Rollback, started_at: datetime | None, limit: int, now: datetime
) -> DeploymentStatus:
    """Weight 0 for the candidate at once; it stays named until no router sends to it."""
    candidate = status.candidate
    if candidate is None:
        return status
    entry = _entry(candidate, move, started_at, now)
    held_here = held(weighed(status, 0), Hold(move.reason, move.message, clock="Stop"), now)
    after = _with(held_here, history=trimmed((entry, *status.history), limit))
    return _rejecting(after, candidate, move, now) if move.outcome == "RolledBack" else after


def stable_rejected(status: DeploymentStatus, move: Rollback, limit: int, now: datetime) -> DeploymentStatus:
    """The stable revision is rejected; it serves until the one before it is ready."""
    stable = status.stable
    if stable is None:
        return status
    entry = _entry(stable, move, None, now)
    return _rejecting(_with(status, history=trimmed((entry, *status.history), limit)), stable, move, now)


def undone(status: DeploymentStatus, target: Rollout, limit: int, now: datetime) -> DeploymentStatus:
    """All that was promoted after the target is rejected, so that nothing goes on to it; stable serves until then."""
    stable = status.stable
    if stable is None:
        return status
    said = f"{name_of(stable, target)} was undone by hand; all traffic goes back to {name_of(target, stable)}"
    move = Rollback("RolledBack", "Undone", said)
    trusted = promoted_before(status)
    for skipped in reversed(trusted[: trusted.index(target)]):
        status = _rejecting(status, skipped, move, now)
    return stable_rejected(status, move, limit, now)


def drained(status: DeploymentStatus, now: datetime) -> DeploymentStatus:
    """The candidate is gone from the routers."""
    return _with(ended(status, now), candidate=None, step=None)


def ended(status: DeploymentStatus, now: datetime) -> DeploymentStatus:
    """The last rollout is over: every request goes to one revision."""
    if not status.history or status.history[0].ended_at:
        return status
    newest = status.history[0].model_copy(update={"ended_at": now})
    return _with(status, history=(newest, *status.history[1:]))


def trimmed(history: tuple[Rollout, ...], limit: int) -> tuple[Rollout, ...]:
    """The newest `limit` entries; the last rollout and the newest promotions are among them whatever the limit."""
    promotions = [i for i, over in enumerate(history) if over.outcome == "Promoted"][:TRUSTED_KEPT]
    needed = {*range(min(1, len(history))), *promotions}
    others = [i for i in range(len(history)) if i not in needed][: max(0, limit - len(needed))]
    return tuple(history[i] for i in sorted({*needed, *others}))


def _rejecting(
    status: DeploymentStatus, served: ServedRevision | Rollout, move: Rollback, now: datetime
) -> DeploymentStatus:
    entry = RejectedRevision(
        revision=served.revision,
        model_version=served.model_version,
        digest=served.digest,
        reason=move.reason,
        message=clipped(move.message),
        at=now,
    )
    others = tuple(other for other in status.rejected if other.revision != served.revision)
    return _with(status, rejected=(entry, *others)[:MAX_REJECTED])


def _entry(served: ServedRevision, move: Promote | Rollback, started_at: datetime | None, now: datetime) -> Rollout:
    return Rollout(
        revision=served.revision,
        model_version=served.model_version,
        digest=served.digest,
        artifact_uri=served.artifact_uri,
        outcome=move.outcome if isinstance(move, Rollback) else "Promoted",
        reason=move.reason,
        message=clipped(move.message),
        started_at=started_at,
        breached_at=move.breached_at if isinstance(move, Rollback) else None,
        decided_at=now,
    )


def _with(status: DeploymentStatus, **changes: Any) -> DeploymentStatus:
    return status.model_copy(update=changes)
