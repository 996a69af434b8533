"""For each of our kinds, what to look at and who decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import aiohttp

from colonnade.kube.kinds import (
    DATASETS,
    DEPLOYMENTS,
    MODEL_VERSIONS,
    MONITOR_POLICIES,
    Key,
    Manifest,
    Resource,
)
from colonnade.observe.batching import RouterMetrics
from colonnade.observe.cache import Cache
from colonnade.observe.collected import Installation, observe_dataset, observe_model_version
from colonnade.observe.deployments import observe_deployment, observe_policy
from colonnade.observe.measure import measure, reach
from colonnade.observe.prometheus import Prometheus
from colonnade.observe.routers import Routers
from colonnade.observe.upstreams import whose
from colonnade.plan.common.decision import Decision
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.dataset import plan as dataset
from colonnade.plan.deployment import plan as deployment
from colonnade.plan.deployment.exposure import exposure
from colonnade.plan.deployment.observed import ObservedDeployment
from colonnade.plan.modelversion import plan as modelversion
from colonnade.plan.monitorpolicy import plan as monitorpolicy
from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy
from colonnade.runtime.reconcile import Decide
from colonnade.signals import measured
from colonnade_api import MonitorPolicySpec


@dataclass(frozen=True)
class Observer:
    """What observing takes. prometheus: where a policy names none. installation: as it is known by now.
    untold: of a policy's alerts, by receiver, why the last ones didn't reach it."""

    cache: Cache
    routers: Routers
    session: aiohttp.ClientSession
    prometheus: str
    installation: Callable[[], Installation]
    untold: Callable[[str, str], Mapping[str, str]] = lambda _namespace, _policy: {}
    metrics: dict[str, RouterMetrics] = field(default_factory=dict)

    async def deployment(self, key: Key, live: Manifest, now: datetime) -> ObservedDeployment:
        routers = await self.routers.routers_for(key)
        observed = observe_deployment(key, live, self.cache, routers)
        if isinstance(observed.spec, InvalidSpec):
            return observed
        exposed = exposure(observed.status, observed.spec, now)
        if exposed is None:
            return observed
        policy = observed.policy if isinstance(observed.policy, MonitorPolicySpec) else None
        signals = measured(policy.signals, exposed) if policy else ()
        if exposed.standing and not signals:
            return observed
        upstream = whose(key.namespace, observed.status, exposed.subject, self.cache)
        found = await measure(self.metrics_of(policy), key, signals, exposed, now, upstream)
        return replace(observed, exposure=exposed, evidence=found.evidence, traffic=found.traffic)

    async def policy(self, key: Key, live: Manifest, now: datetime) -> ObservedMonitorPolicy:
        observed = observe_policy(key, live, self.cache)
        if isinstance(observed.spec, InvalidSpec):
            return observed
        prometheus = await reach(self.metrics_of(observed.spec).prometheus, now)
        return replace(observed, prometheus=prometheus, untold=self.untold(key.namespace, key.name))

    def metrics_of(self, policy: MonitorPolicySpec | None) -> RouterMetrics:
        """One for all passes, so that they share its answers."""
        url = (policy.prometheus.url if policy else None) or self.prometheus
        if url not in self.metrics:
            self.metrics[url] = RouterMetrics(Prometheus(self.session, url))
        return self.metrics[url]


def deciders(observer: Observer) -> Mapping[Resource, Decide]:
    async def datasets(key: Key, live: Manifest, now: datetime) -> Decision[Any]:
        return dataset.plan(observe_dataset(key, live, observer.cache, observer.installation()), now)

    async def model_versions(key: Key, live: Manifest, now: datetime) -> Decision[Any]:
        return modelversion.plan(observe_model_version(key, live, observer.cache, observer.installation()), now)

    async def deployments(key: Key, live: Manifest, now: datetime) -> Decision[Any]:
        return deployment.plan(await observer.deployment(key, live, now), now)

    async def policies(key: Key, live: Manifest, now: datetime) -> Decision[Any]:
        return monitorpolicy.plan(await observer.policy(key, live, now), now)

    return {
        DATASETS: datasets,
        MODEL_VERSIONS: model_versions,
        DEPLOYMENTS: deployments,
        MONITOR_POLICIES: policies,
    }
