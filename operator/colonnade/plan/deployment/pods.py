"""What a Deployment's status asks of pods and Services, in the order in which it is done."""

from colonnade.plan.common.actions import (
    Action,
    EnsureClientService,
    EnsureFinalizer,
    EnsureRevision,
    RecordStatus,
    ScaleRevision,
)
from colonnade.plan.deployment.cleanup import cleanup, unneeded_workloads
from colonnade.plan.deployment.context import Context
from colonnade.plan.deployment.revisions import revision_of
from colonnade_api import DeploymentStatus, ServedRevision
from colonnade_api.datasets.history import draining
from colonnade_api.wellknown import FINALIZER


def actions(context: Context, status: DeploymentStatus) -> tuple[Action, ...]:
    """Status first; then what serves or is to serve; last what nobody needs any more."""
    observed = context.observed
    ours = FINALIZER in observed.metadata.finalizers
    finalizer: tuple[Action, ...] = () if ours else (EnsureFinalizer(),)
    candidate = None if draining(status) else status.candidate
    served = tuple(action for each in (status.stable, candidate) if each and (action := _kept(context, each)))
    unneeded = unneeded_workloads(observed.status, status, observed.workloads, observed.routers)
    service = EnsureClientService(context.name)
    return (*finalizer, RecordStatus(), *served, service, *cleanup(unneeded, status, context.spec, context.now))


def _kept(context: Context, served: ServedRevision) -> Action | None:
    """The whole revision where the spec's settings are its own; where they have changed since, its replicas alone."""
    replicas = context.spec.replicas
    if served.artifact_uri and revision_of(served.digest, context.spec.serving) == served.revision:
        return EnsureRevision(
            revision=served.revision,
            model_version=served.model_version,
            digest=served.digest,
            artifact_uri=served.artifact_uri,
            replicas=replicas,
            serving=context.spec.serving,
        )
    workload = context.workload(served.revision)
    return ScaleRevision(served.revision, replicas) if workload and workload.desired != replicas else None
