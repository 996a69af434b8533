"""A Deployment: which revision serves, which takes over, and what that asks of pods, Services and routers."""

from datetime import datetime

from colonnade.plan.common.conditions import dated, repeated, true
from colonnade.plan.common.decision import Decision
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.deployment import records
from colonnade.plan.deployment.context import Situation, restorable, rollout_of, situation
from colonnade.plan.deployment.deletion import depart
from colonnade.plan.deployment.events import events
from colonnade.plan.deployment.observed import Applied, ObservedDeployment
from colonnade.plan.deployment.pods import actions
from colonnade.plan.deployment.requeue import look_again
from colonnade.plan.deployment.revisions import Nothing, Wanted
from colonnade.plan.deployment.rollout.canary import advance
from colonnade.plan.deployment.rollout.initial import begin
from colonnade.plan.deployment.rollout.moves import Advance, GoHome, Hold, Move
from colonnade.plan.deployment.rollout.rollback import breach_of_stable, is_rejected, restore, restores
from colonnade.plan.deployment.rollout.rollout import Rollout
from colonnade.plan.deployment.routing import sends, unapplied
from colonnade.plan.deployment.status import summarised
from colonnade_api import DeploymentStatus
from colonnade_api import Rollout as Record


def plan(observed: ObservedDeployment, now: datetime) -> Decision[DeploymentStatus]:
    """What the Deployment needs now: its rollout's next move, and what should be true of its revisions.

    Status is written before anything is started, scaled or deleted, so that routers obey it first and a crash
    forgets nothing.
    """
    if observed.metadata.deletion_timestamp:
        return depart(observed, now)
    if isinstance(observed.spec, InvalidSpec):
        return _refused(observed, observed.spec, now)
    here = situation(observed, observed.spec, now)
    status = summarised(here, _next(here))
    return Decision(actions(here, status), status, events(observed.status, status), look_again(here, status))


def _next(here: Situation) -> DeploymentStatus:
    """The status after this pass's move."""
    if here.status.candidate is None:
        return _without_candidate(here, here.status)
    return _leave(here) if records.leaving(here.status) else _moved(here, here.status)


def _without_candidate(here: Situation, status: DeploymentStatus) -> DeploymentStatus:
    before = restorable(here, status)
    if move := breach_of_stable(here.judged, here.spec, here.aborts_stable, before):
        status = records.undone(status, move, here.spec.rollback.history_limit, here.now)
    if before and is_rejected(status):
        return _moved(here, records.started(status, _wanted_again(before), total=0))
    status = _ended(here, status)
    wanted, stable = here.wanted, status.stable
    if isinstance(wanted, Nothing) or here.spec.paused or (stable and wanted.revision == stable.revision):
        return status
    return records.started(status, wanted, total=len(here.stages) if stable else 0)


def _moved(here: Situation, status: DeploymentStatus) -> DeploymentStatus:
    rollout = rollout_of(here, status)
    return _after(here, status, rollout, _move(status, rollout)) if rollout else status


def _move(status: DeploymentStatus, rollout: Rollout) -> Move:
    if status.stable is None:
        return begin(rollout)
    return restore(rollout) if restores(status) else advance(rollout)


def _after(here: Situation, status: DeploymentStatus, rollout: Rollout, move: Move) -> DeploymentStatus:
    if isinstance(move, Hold):
        return records.held(status, move, here.now)
    if isinstance(move, Advance):
        weight = min(here.stages[move.index].weight, rollout.capacity)
        return records.advanced(status, move, weight)
    since = rollout.workload.created_at if rollout.workload else None
    limit = here.spec.rollback.history_limit
    if isinstance(move, GoHome):
        return records.sent_home(status, move, since, limit, here.now)
    return records.promoted(status, move, since, limit, here.now)


def _leave(here: Situation) -> DeploymentStatus:
    candidate = here.status.candidate
    waits = sends(here.observed.routers, candidate.revision) if candidate else ""
    return here.status if waits else records.left(here.status, here.now)


def _ended(here: Situation, status: DeploymentStatus) -> DeploymentStatus:
    stable = status.stable
    if stable is None or unapplied(here.observed.routers, Applied(stable.revision, None, 0)):
        return status
    return records.ended(status, here.now)


def _wanted_again(before: Record) -> Wanted:
    name = before.model_version or before.revision
    return Wanted(before.revision, name, before.digest or "", before.artifact_uri or "")


def _refused(observed: ObservedDeployment, spec: InvalidSpec, now: datetime) -> Decision[DeploymentStatus]:
    kinds = dict.fromkeys(("Ready", *(each.type for each in observed.status.conditions if each.type != "Stalled")))
    judgements = (*repeated(observed.status.conditions, tuple(kinds)), true("Stalled", "InvalidSpec", spec.message))
    generation = observed.metadata.generation
    conditions = dated(judgements, observed.status.conditions, generation, now)
    status = observed.status.model_copy(update={"conditions": conditions, "observed_generation": generation})
    return Decision((), status)
