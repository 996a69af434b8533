"""Snapshots of Deployments, and of the MonitorPolicies that watch them."""

from collections.abc import Iterable
from dataclasses import replace

from colonnade.kube.kinds import DEPLOYMENTS, MODEL_VERSIONS, MONITOR_POLICIES, SERVICES, Key, Manifest
from colonnade.manifests import Owner
from colonnade.manifests.labels import controller_of
from colonnade.observe import objects
from colonnade.observe.cache import Cache
from colonnade.observe.index import MODEL_OF_VERSION, POLICY_OF_DEPLOYMENT
from colonnade.observe.successors import with_successors
from colonnade.observe.workloads import workloads_of
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.deployment.observed import ModelVersionSummary, ObservedDeployment, Router
from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy, WatchedDeployment
from colonnade.signals.evidence import Missing
from colonnade_api import (
    DeploymentSpec,
    DeploymentStatus,
    ModelVersionStatus,
    MonitorPolicySpec,
    MonitorPolicyStatus,
)
from colonnade_api.models.modelversion import made_at


def observe_deployment(key: Key, live: Manifest, cache: Cache, routers: Iterable[Router]) -> ObservedDeployment:
    """Without evidence, which is asked for by what this snapshot shows."""
    spec = objects.spec(DeploymentSpec, live)
    readable = None if isinstance(spec, InvalidSpec) else spec
    return ObservedDeployment(
        metadata=objects.metadata(live),
        spec=spec,
        status=objects.status(DeploymentStatus, live),
        versions=_versions(key.namespace, readable.model.name, cache) if readable else (),
        workloads=workloads_of(Owner(key, live["metadata"]["uid"]), cache),
        routers=tuple(routers),
        client_service=_has_client_service(key, live, cache),
        policy=_policy(key.namespace, readable, cache) if readable else None,
    )


def observe_policy(key: Key, live: Manifest, cache: Cache) -> ObservedMonitorPolicy:
    """Without Prometheus, which is asked for where the spec says."""
    spec, status = objects.spec(MonitorPolicySpec, live), objects.status(MonitorPolicyStatus, live)
    watched = cache.having(DEPLOYMENTS, key.namespace, POLICY_OF_DEPLOYMENT, key.name)
    targets = tuple(cache.derived(one, _target) for one in watched)
    if _may_retrain(spec, status):
        targets = tuple(with_successors(target, key.namespace, cache) for target in targets)
    return ObservedMonitorPolicy(metadata=objects.metadata(live), spec=spec, status=status, targets=targets)


def _may_retrain(spec: MonitorPolicySpec | InvalidSpec, status: MonitorPolicyStatus) -> bool:
    wanted = not isinstance(spec, InvalidSpec) and any(signal.action == "Retrain" for signal in spec.signals)
    return wanted or any(each.outcome is None for each in status.retrainings)


def _versions(namespace: str, model: str, cache: Cache) -> tuple[ModelVersionSummary, ...]:
    """Oldest first."""
    of_model = cache.having(MODEL_VERSIONS, namespace, MODEL_OF_VERSION, model)
    summaries = (cache.derived(one, _version) for one in of_model)
    return tuple(sorted(summaries, key=lambda version: (version.created_at, version.name)))


def _version(live: Manifest) -> ModelVersionSummary:
    status = objects.status_of_another(ModelVersionStatus, live)
    ready, message = objects.readiness(status.condition("Ready"))
    return ModelVersionSummary(
        name=live["metadata"]["name"],
        created_at=made_at(live),
        digest=status.digest,
        artifact_uri=status.artifact_uri,
        ready=ready,
        message=message,
        deleting=objects.deleting(live),
        signature=status.signature,
    )


def _has_client_service(key: Key, live: Manifest, cache: Cache) -> bool:
    service = cache.get(replace(key, resource=SERVICES))
    return service is not None and controller_of(service).get("uid") == live["metadata"]["uid"]


def _policy(namespace: str, spec: DeploymentSpec, cache: Cache) -> MonitorPolicySpec | Missing | None:
    if spec.monitor_policy_ref is None:
        return None
    name = spec.monitor_policy_ref.name
    live = cache.get(Key(MONITOR_POLICIES, namespace, name))
    if live is None:
        return Missing("NoData", f"spec.monitorPolicyRef: there is no MonitorPolicy {name} in namespace {namespace}")
    policy = objects.spec(MonitorPolicySpec, live)
    return Missing("Error", f"MonitorPolicy {name}: {policy.message}") if isinstance(policy, InvalidSpec) else policy


def _target(deployment: Manifest) -> WatchedDeployment:
    status = objects.status_of_another(DeploymentStatus, deployment)
    rolled_back = status.condition("RolledBack")
    return WatchedDeployment(
        deployment=deployment["metadata"]["name"],
        verdicts=status.verdicts,
        stable=status.stable.model_version if status.stable else None,
        candidate=status.candidate.model_version if status.candidate else None,
        pinned=deployment["spec"]["model"].get("version"),
        rejected=status.rejected,
        rolled_back=rolled_back.message if rolled_back and rolled_back.status == "True" else "",
    )
