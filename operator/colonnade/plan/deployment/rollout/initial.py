"""The first revision: there is nothing to compare it with and nothing to lose, so readiness decides."""

from colonnade.formatting import duration
from colonnade.plan.deployment.revisions import Unresolved
from colonnade.plan.deployment.rollout import rules
from colonnade.plan.deployment.rollout.moves import Hold, Move, Promote, Rollback
from colonnade.plan.deployment.rollout.rollout import Rollout


def begin(rollout: Rollout) -> Move:
    """Trusted with its first ready pod. It is never rejected for being late: it is all there is."""
    if rollout.aborted:
        return Rollback("RolledBack", "Aborted", "aborted by hand")
    wanted = rollout.wanted
    if not isinstance(wanted, Unresolved) and wanted.revision != rollout.candidate.revision:
        return Rollback("Superseded", "Superseded", f"{wanted.model_version} is wanted now")
    if rollout.endpoints > 0:
        return Promote("FirstRevision", f"{rollout.candidate.model_version} serves")
    if nothing_asked := rules.scaled_to_zero(rollout):
        return nothing_asked
    if rules.is_late(rollout):
        late = f"after {duration(rollout.spec.progress_deadline)} {rules.pods(rollout)}"
        return Hold("ProgressDeadlineExceeded", f"{late}; it goes on trying, as there is no other")
    return Hold("Starting", rules.pods(rollout))
