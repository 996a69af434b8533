"""Deletion, in an order in which no request fails: the name first, then routes, then pods."""

from datetime import datetime, timedelta

from colonnade.plan.common.actions import Action, DeleteClientService, DeleteRevision, RecordStatus, RemoveFinalizer
from colonnade.plan.common.conditions import false, true, with_transition_time
from colonnade.plan.common.decision import Decision
from colonnade.plan.deployment.cleanup import in_use
from colonnade.plan.deployment.observed import ObservedDeployment
from colonnade.plan.deployment.routing import mentions
from colonnade_api import DeploymentStatus
from colonnade_api.wellknown import FINALIZER

PROMPT = timedelta(seconds=1)
GRACE = timedelta(minutes=1)
"""A router that doesn't give its routes up for so long can't keep the Deployment from going."""


def take_down(observed: ObservedDeployment, now: datetime) -> Decision[DeploymentStatus]:
    """The next part of taking it down. Nothing is done once our finalizer is gone."""
    if FINALIZER not in observed.metadata.finalizers:
        return Decision((), observed.status)
    if not observed.workloads and not observed.client_service and not in_use(observed.status):
        return Decision((RemoveFinalizer(),), observed.status)
    name = (DeleteClientService(observed.metadata.name),) if observed.client_service else ()
    return Decision(
        (*name, RecordStatus(), *_revisions(observed, now)), _last_status(observed, now), requeue_after=PROMPT
    )


def _revisions(observed: ObservedDeployment, now: datetime) -> tuple[Action, ...]:
    if in_use(observed.status):
        return ()
    deleted_at = observed.metadata.deletion_timestamp
    within_grace = deleted_at is not None and now - deleted_at < GRACE
    return tuple(
        DeleteRevision(each.revision)
        for each in observed.workloads
        if not each.deleting and not (within_grace and mentions(observed.routers, each.revision))
    )


def _last_status(observed: ObservedDeployment, now: datetime) -> DeploymentStatus:
    said = "it is being deleted"
    updates = (false("Ready", "Deleting", said), true("Reconciling", "Deleting", said))
    generation = observed.metadata.generation
    return observed.status.model_copy(
        update={
            "stable": None,
            "candidate": None,
            "step": None,
            "observed_generation": generation,
            "conditions": with_transition_time(updates, observed.status.conditions, generation, now),
        }
    )
