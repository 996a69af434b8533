"""The way back after promotion: the promoted revision is watched, and the one before it returns when it proves bad."""

from datetime import datetime

from colonnade.plan.deployment.rollout import rules
from colonnade.plan.deployment.rollout.moves import Hold, Move, Promote, Rollback
from colonnade.plan.deployment.rollout.rollout import Rollout
from colonnade.signals import SignalVerdict
from colonnade_api import DeploymentSpec, DeploymentStatus, ServedRevision
from colonnade_api import Rollout as Record
from colonnade_api.datasets.history import name_of, promoted_before


def watched_since(status: DeploymentStatus, spec: DeploymentSpec, now: datetime) -> datetime | None:
    """When the stable revision was promoted, while it is still watched and there is one to go back to.

    One that was brought back isn't watched: if the world is broken, going back further doesn't mend it.
    """
    promoted = next((over for over in status.history if over.outcome == "Promoted"), None)
    if not status.stable or not promoted or promoted.revision != status.stable.revision or not promoted.decided_at:
        return None
    if now - promoted.decided_at >= spec.rollback.watch_after_promotion or not promoted_before(status):
        return None
    return promoted.decided_at


def breach_of_stable(
    judged: tuple[SignalVerdict, ...],
    spec: DeploymentSpec,
    aborted: bool,
    stable: ServedRevision | None,
    before: Record | None,
) -> Rollback | None:
    """Why stable has to go, if it has to and the one before it can take its place."""
    if before is None:
        return None
    back = f"all traffic goes back to {name_of(before, stable)}"
    if aborted:
        return Rollback("RolledBack", "Aborted", f"undone by hand; {back}")
    breach = rules.breach_of(judged, "Rollback")
    if breach is None or not spec.rollback.automatic:
        return None
    message = f"{breach.verdict.message} after promotion; {back}"
    return Rollback("RolledBack", f"{breach.signal.type}Breached", message, breach.verdict.at)


def restore(rollout: Rollout) -> Move:
    """As many requests as its ready pods can bear, all as soon as they can: it was trusted before."""
    if objection := rules.aborted(rollout) or rules.scaled_to_zero(rollout) or rules.overdue(rollout):
        return objection
    if rollout.capacity == 100:
        return Promote("Restored", f"{rollout.candidate_name} is back")
    weight = rollout.capacity if rollout.capacity != rollout.candidate.weight else None
    return Hold("Restoring", rules.pods(rollout), weight)
