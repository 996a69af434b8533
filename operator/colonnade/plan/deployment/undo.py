"""Someone takes the serving revision back: for which one, or why nothing is done."""

from colonnade.plan.common.decision import Event
from colonnade.plan.deployment import records
from colonnade.plan.deployment.context import Context, is_startable, restorable
from colonnade_api import DeploymentStatus
from colonnade_api import Rollout as Record
from colonnade_api.datasets.history import full_name
from colonnade_api.deployments.undo import AlreadyDone, Refused, undo_target


def undo(context: Context, status: DeploymentStatus) -> DeploymentStatus:
    """The status once that was obeyed: stable is rejected, and serves until the other one is ready."""
    target = _target(context)
    if not isinstance(target, Record):
        return status
    return records.undone(status, target, context.spec.rollback.history_limit, context.now)


def refusal(context: Context) -> tuple[Event, ...]:
    """Why it isn't obeyed, for whom asked by an annotation and sees no answer."""
    target = _target(context)
    return (Event("Warning", "UndoRefused", target.message),) if isinstance(target, Refused) else ()


def _target(context: Context) -> Record | Refused | AlreadyDone | None:
    ask = context.commands.undoes()
    if ask is None:
        return None
    found = undo_target(context.status, ask)
    if not isinstance(found, Record) or is_startable(context, found):
        return found
    other = restorable(context, context.status) if ask.to is None else None
    workload = f"{context.name}-{found.revision}"
    gone = f"can't be started again: its pods' settings went with apps/v1 Deployment {workload}"
    return other or Refused(f"{full_name(found)} {gone}")
