"""Objects of our kinds in every state that they can be in, as the plans themselves leave them: what GitOps tools judge.

Each says what kstatus (Flux, and whoever waits for health) and Argo CD ought to make of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.dataset.plan import plan as plan_dataset
from colonnade.plan.deployment.plan import plan as plan_deployment
from colonnade.plan.modelversion.observed import DatasetSummary, ObservedModelVersion
from colonnade.plan.modelversion.plan import plan as plan_version
from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy
from colonnade.plan.monitorpolicy.plan import plan as plan_policy
from colonnade.signals.evidence import Missing
from colonnade_api import MonitorPolicyStatus
from tests.unit.plan.dataset import test_dataset as datasets
from tests.unit.plan.modelversion import test_modelversion as versions
from tests.unit.plan.monitorpolicy.test_monitorpolicy import observed as policy
from tests.unit.plan.world import MODEL, World, at, world

V1, V2 = f"{MODEL}-1", f"{MODEL}-2"
AWAY = Missing("Error", "connection refused")
STEPS: list[dict[str, Any]] = [{"setWeight": 20, "hold": "1m"}, {"pause": {}}]
BROKEN = InvalidSpec("spec.model: it can't be read")
Manifest = dict[str, Any]


@dataclass(frozen=True)
class State:
    """made: the object in this state, as the API server would give it."""

    kind: str
    name: str
    kstatus: str
    argo: str
    made: Callable[[], Manifest]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def _object(kind: str, observed: Any, status: Any, **metadata: Any) -> Manifest:
    known = observed.metadata
    given = {"name": known.name, "namespace": known.namespace, "generation": known.generation, **metadata}
    if known.deletion_timestamp:
        given["deletionTimestamp"] = known.deletion_timestamp.isoformat()
    spec = {} if isinstance(observed.spec, InvalidSpec) else observed.spec.manifest()
    return {
        "apiVersion": "colonnade.dev/v1alpha1",
        "kind": kind,
        "metadata": given,
        "spec": spec,
        "status": status.manifest(),
    }


def unseen(kind: str) -> Manifest:
    """As the API server makes it of a fresh manifest, before an operator has seen it."""
    metadata = {"name": "flights", "namespace": "demo", "generation": 1}
    status = {"observedGeneration": -1}
    return {"apiVersion": "colonnade.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": {}, "status": status}


def changed(kind: str, made: Callable[[], Manifest]) -> Manifest:
    """Someone has just changed its spec."""
    before = made()
    return {**before, "metadata": {**before["metadata"], "generation": before["metadata"]["generation"] + 1}}


# Deployments, from the small world in which they live


def deployment_of(it: World) -> Manifest:
    """The one in this world, as it is now."""
    return _object("Deployment", it.observe(), it.status)


def _deployment(lives: Callable[[], World]) -> Callable[[], Manifest]:
    return lambda: deployment_of(lives())


def _released(**model: Any) -> World:
    it = world()
    it.release(V2, **model)
    return it


def _at_step() -> World:
    return _released().until(lambda it: it.weight() == 25)


def _waits(it: World, reason: str) -> World:
    it.release(V2)
    return it.until(lambda now: now.condition("Progressing").endswith(f" {reason}"))


def _waits_for_someone() -> World:
    it = world(strategy={"canary": {"steps": STEPS}})
    it.release(V2)
    return it.until(lambda now: now.status.step and now.status.step.index == 1).run(30)


def _preview() -> World:
    it = world(strategy={"blueGreen": {"autoPromotion": False}})
    it.release(V2)
    return it.until(lambda now: now.status.candidate).run(30)


def _unmeasured() -> World:
    it = world()
    it.prometheus = AWAY
    it.release(V2)
    return it.until(lambda now: now.weight() == 5).run(60)


def _unjudged() -> World:
    it = world(monitorPolicyRef=None)
    it.policy = None
    return _waits(it, "NothingJudges")


def _other_inputs() -> World:
    return _released(takes=("dep_delay",)).until(lambda it: it.condition("Progressing") == "True SignatureChanged")


def _rolled_back() -> World:
    return _released(fails=0.3).until(lambda it: it.status.rejected).until(lambda it: it.serves(V1))


def _pinned_and_rejected() -> World:
    it = world(model={"name": MODEL, "version": V1})
    it.release(V2, fails=0.5)
    it.change(model={"name": MODEL, "version": V2})
    return it.until(lambda now: now.status.rejected).until(lambda now: now.serves(V1))


def _unknown_version() -> World:
    it = world()
    it.change(model={"name": MODEL, "version": "nowhere"})
    return it.run(20)


def _promoted() -> World:
    return _released().until(lambda it: it.serves(V2))


def _on_the_way_back() -> World:
    it = _promoted()
    it.annotate(abort=it.revision(V2))
    return it.until(lambda now: now.status.candidate)


def _taken_back() -> World:
    it = _on_the_way_back()
    return it.until(lambda now: now.serves(V1))


def _mended() -> World:
    it = _rolled_back()
    it.release(f"{MODEL}-3")
    return it.until(lambda now: now.serves(f"{MODEL}-3"))


def _paused() -> World:
    it = world()
    it.change(paused=True)
    return it.run(10)


def _paused_on_the_way() -> World:
    it = _at_step()
    it.change(paused=True)
    return it.run(10)


def _without_pods() -> World:
    it = world()
    for pods in it.pods.values():
        pods.ready_at = float("inf")
    return it.run(5)


def _scaling() -> Manifest:
    it = world()
    it.change(replicas=5)
    observed = it.observe()
    return _object("Deployment", observed, plan_deployment(observed, at(it.second)).status)


def _first(**model: Any) -> World:
    it = World(progressDeadline="1m")
    it.release(V1, **model)
    return it


def _without_replicas() -> World:
    it = world()
    it.rate = 0
    it.change(replicas=0)
    return it.run(10)


def _leaving() -> World:
    it = world()
    it.delete()
    return it.run(1)


def _invalid_on_the_way() -> Manifest:
    it = _at_step()
    observed = replace(it.observe(), spec=BROKEN)
    observed = replace(observed, metadata=observed.metadata.model_copy(update={"generation": 9}))
    return _object("Deployment", observed, plan_deployment(observed, at(it.second)).status)


_serving = _deployment(world)

DEPLOYMENTS = (
    ("no version is there", "InProgress", "Progressing", _deployment(lambda: World().run(3))),
    ("its first pods start", "InProgress", "Progressing", _deployment(lambda: _first(starts_in=60).run(10))),
    ("its first pods never start", "Failed", "Degraded", _deployment(lambda: _first(never_ready="OOMKilled").run(90))),
    ("it serves", "Current", "Healthy", _serving),
    ("its spec has just changed", "InProgress", "Progressing", lambda: changed("Deployment", _serving)),
    ("a canary is on its way", "InProgress", "Progressing", _deployment(_at_step)),
    ("a step waits for someone", "InProgress", "Suspended", _deployment(_waits_for_someone)),
    ("a preview waits for someone", "InProgress", "Suspended", _deployment(_preview)),
    ("nothing judges its candidate", "InProgress", "Suspended", _deployment(_unjudged)),
    ("its candidate takes other inputs", "InProgress", "Suspended", _deployment(_other_inputs)),
    ("metrics are away", "InProgress", "Progressing", _deployment(_unmeasured)),
    ("the newest version was rolled back", "Failed", "Degraded", _deployment(_rolled_back)),
    ("the version that is named was rolled back", "Failed", "Degraded", _deployment(_pinned_and_rejected)),
    ("a later version mended what was rolled back", "Current", "Healthy", _deployment(_mended)),
    ("the version that is named doesn't exist", "InProgress", "Progressing", _deployment(_unknown_version)),
    ("a version was promoted", "Current", "Healthy", _deployment(_promoted)),
    ("a promoted version is being taken back", "InProgress", "Progressing", _deployment(_on_the_way_back)),
    ("a promoted version was taken back", "Failed", "Degraded", _deployment(_taken_back)),
    ("someone paused it", "Current", "Suspended", _deployment(_paused)),
    ("someone paused it midway", "InProgress", "Suspended", _deployment(_paused_on_the_way)),
    ("it has no replicas", "InProgress", "Suspended", _deployment(_without_replicas)),
    ("all its pods are lost", "InProgress", "Degraded", _deployment(_without_pods)),
    ("more pods are asked for than are ready", "InProgress", "Progressing", _scaling),
    ("its spec can't be read, midway", "Failed", "Degraded", _invalid_on_the_way),
    ("it is being deleted", "Terminating", "Progressing", _deployment(_leaving)),
)

# The other kinds, each from its own plan


def _dataset(observed: Any) -> Callable[[], Manifest]:
    return lambda: _object("Dataset", observed(), plan_dataset(observed(), at(60)).status)


def _answered(*results: Manifest | None, **spec: Any) -> Any:
    observed = datasets.started(datasets.dataset(**spec))
    return datasets.answered(observed, results[-1])


def _refused_later() -> Any:
    once = _answered(datasets.accepted("a"))
    again = replace(once, metadata=once.metadata.model_copy(update={"annotations": {"colonnade.dev/refresh": "1"}}))
    return datasets.answered(datasets.started(again, 70), datasets.refused(), 90)


DATASETS = (
    ("rows are still to be pushed", "InProgress", "Suspended", lambda: datasets.dataset(source={"upload": {}})),
    ("a Job reads its source", "InProgress", "Progressing", lambda: datasets.started(datasets.dataset())),
    ("its Job failed and is tried again", "InProgress", "Progressing", lambda: _answered(None)),
    ("its rows were refused", "Failed", "Degraded", lambda: _answered(datasets.refused())),
    ("it has a version", "Current", "Healthy", lambda: _answered(datasets.accepted("a"))),
    ("newer rows were refused", "Failed", "Degraded", _refused_later),
    ("its spec can't be read", "Failed", "Degraded", lambda: replace(datasets.dataset(), spec=BROKEN)),
)


def _version(observed: Callable[[], ObservedModelVersion]) -> Callable[[], Manifest]:
    return lambda: _object("ModelVersion", observed(), plan_version(observed(), at(60)).status)


def _trained(**spec: Any) -> ObservedModelVersion:
    return versions.trained(versions.version(**spec), roc_auc=0.9)


def _failed() -> ObservedModelVersion:
    observed = versions.started(versions.version())
    result = {"outcome": "Failed", "reason": "UnknownTarget", "message": "there is no column late"}
    return replace(observed, jobs=(replace(observed.jobs[0], succeeded=True, finished_at=at(60), result=result),))


def _crashed() -> ObservedModelVersion:
    observed = versions.started(versions.version())
    return replace(observed, jobs=(replace(observed.jobs[0], active=0, failed=True, finished_at=at(60)),))


MODEL_VERSIONS: tuple[tuple[str, str, str, Callable[[], ObservedModelVersion]], ...] = (
    (
        "its Dataset has no rows",
        "InProgress",
        "Progressing",
        lambda: versions.version(dataset=DatasetSummary("flights")),
    ),
    ("a Job trains it", "InProgress", "Progressing", lambda: versions.started(versions.version())),
    ("its Job failed and is tried again", "InProgress", "Progressing", _crashed),
    ("it can't be trained", "Failed", "Degraded", _failed),
    ("a gate objects", "Failed", "Degraded", lambda: _trained(gates=[{"metric": "roc_auc", "min": 0.99}])),
    ("someone has to approve it", "InProgress", "Suspended", lambda: _trained(approval={"required": True})),
    ("someone rejected it", "Failed", "Degraded", lambda: _trained(approval={"decision": "Rejected"})),
    ("it may be served", "Current", "Healthy", _trained),
    ("its spec can't be read", "Failed", "Degraded", lambda: replace(versions.version(), spec=BROKEN)),
)


def _policy(observed: ObservedMonitorPolicy) -> Callable[[], Manifest]:
    return lambda: _object("MonitorPolicy", observed, plan_policy(observed, at(0)).status)


def _unread_policy() -> ObservedMonitorPolicy:
    return replace(policy(), spec=BROKEN, status=MonitorPolicyStatus())


MONITOR_POLICIES = (
    ("it watches", "Current", "Healthy", policy()),
    ("Prometheus is away", "InProgress", "Degraded", policy(AWAY)),
    ("its spec can't be read", "Failed", "Degraded", _unread_policy()),
)

STATES: tuple[State, ...] = (
    *(State("Deployment", *given) for given in DEPLOYMENTS),
    *(State("Dataset", name, flux, argo, _dataset(observed)) for name, flux, argo, observed in DATASETS),
    *(State("ModelVersion", name, flux, argo, _version(observed)) for name, flux, argo, observed in MODEL_VERSIONS),
    *(State("MonitorPolicy", name, flux, argo, _policy(observed)) for name, flux, argo, observed in MONITOR_POLICIES),
    *(
        State(kind, "no operator has seen it", "InProgress", "Progressing", lambda kind=kind: unseen(kind))  # type: ignore[misc]
        for kind in ("Dataset", "ModelVersion", "Deployment", "MonitorPolicy")
    ),
)
