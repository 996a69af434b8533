"""A Deployment: which revision serves, which takes over, and what that asks of pods, Services and routers."""

from datetime import datetime

from colonnade.plan.common.conditions import carried_over, true, with_transition_time
from colonnade.plan.common.decision import Decision
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.deployment import alerts, records
from colonnade.plan.deployment.context import Context, build_context, restorable, rollout_of
from colonnade.plan.deployment.deletion import take_down
from colonnade.plan.deployment.events import events
from colonnade.plan.deployment.observed import Applied, ObservedDeployment
from colonnade.plan.deployment.pods import actions
from colonnade.plan.deployment.requeue import requeue_after
from colonnade.plan.deployment.revisions import TargetRevision, Unresolved
from colonnade.plan.deployment.rollout.canary import advance
from colonnade.plan.deployment.rollout.initial import begin
from colonnade.plan.deployment.rollout.moves import Advance, Hold, Move, Rollback
from colonnade.plan.deployment.rollout.rollback import breach_of_stable, restore
from colonnade.plan.deployment.rollout.rollout import Rollout
from colonnade.plan.deployment.routing import sends, unapplied
from colonnade.plan.deployment.status import complete
from colonnade.plan.deployment.undo import refusal, undo
from colonnade_api import DeploymentStatus
from colonnade_api import Rollout as Record
from colonnade_api.datasets.history import draining, is_rejected, restores


def plan(observed: ObservedDeployment, now: datetime) -> Decision[DeploymentStatus]:
    """What the Deployment needs now: its rollout's next move, and what should be true of its revisions.

    Status is written before anything is started, scaled or deleted, so that routers obey it first and a crash
    forgets nothing.
    """
    if observed.metadata.deletion_timestamp:
        return take_down(observed, now)
    if isinstance(observed.spec, InvalidSpec):
        return _refused(observed, observed.spec, now)
    context = build_context(observed, observed.spec, now)
    status = complete(context, _next(context))
    said = (*events(observed.status, status), *alerts.events(context, status), *refusal(context))
    return Decision(actions(context, status), status, said, requeue_after(context, status))


def _next(context: Context) -> DeploymentStatus:
    """The status after this pass's move."""
    if context.status.candidate is None:
        return _without_candidate(context, context.status)
    return _drain(context) if draining(context.status) else _moved(context, context.status)


def _without_candidate(context: Context, status: DeploymentStatus) -> DeploymentStatus:
    status = undo(context, status)
    before = restorable(context, status)
    move = breach_of_stable(context.decisive, context.spec, context.aborts_stable, status.stable, before)
    if move and not is_rejected(status):
        status = records.stable_rejected(status, move, context.spec.rollback.history_limit, context.now)
    if before and is_rejected(status):
        return _moved(context, records.started(status, _wanted_again(before), total=0))
    status = _ended(context, status)
    wanted, stable = context.wanted, status.stable
    if isinstance(wanted, Unresolved) or context.spec.paused or (stable and wanted.revision == stable.revision):
        return status
    return records.started(status, wanted, total=len(context.stages) if stable else 0)


def _moved(context: Context, status: DeploymentStatus) -> DeploymentStatus:
    rollout = rollout_of(context, status)
    return _after(context, status, rollout, _move(status, rollout)) if rollout else status


def _move(status: DeploymentStatus, rollout: Rollout) -> Move:
    if status.stable is None:
        return begin(rollout)
    return restore(rollout) if restores(status) else advance(rollout)


def _after(context: Context, status: DeploymentStatus, rollout: Rollout, move: Move) -> DeploymentStatus:
    if isinstance(move, Hold):
        return records.held(status, move, context.now)
    if isinstance(move, Advance):
        weight = min(context.stages[move.index].weight, rollout.capacity)
        return records.advanced(status, move, weight)
    since = rollout.workload.created_at if rollout.workload else None
    limit = context.spec.rollback.history_limit
    if isinstance(move, Rollback):
        return records.rolled_back(status, move, since, limit, context.now)
    return records.promoted(status, move, since, limit, context.now)


def _drain(context: Context) -> DeploymentStatus:
    candidate = context.status.candidate
    waits = sends(context.observed.routers, candidate.revision) if candidate else ""
    return context.status if waits else records.drained(context.status, context.now)


def _ended(context: Context, status: DeploymentStatus) -> DeploymentStatus:
    stable = status.stable
    if stable is None or unapplied(context.observed.routers, Applied(stable.revision, None, 0)):
        return status
    return records.ended(status, context.now)


def _wanted_again(before: Record) -> TargetRevision:
    name = before.model_version or before.revision
    return TargetRevision(before.revision, name, before.digest or "", before.artifact_uri or "")


def _refused(observed: ObservedDeployment, spec: InvalidSpec, now: datetime) -> Decision[DeploymentStatus]:
    known = (each.type for each in observed.status.conditions if each.type not in ("Stalled", "Reconciling"))
    kinds = dict.fromkeys(("Ready", *known))
    updates = (*carried_over(observed.status.conditions, tuple(kinds)), true("Stalled", "InvalidSpec", spec.message))
    generation = observed.metadata.generation
    conditions = with_transition_time(updates, observed.status.conditions, generation, now)
    status = observed.status.model_copy(update={"conditions": conditions, "observed_generation": generation})
    return Decision((), status)
