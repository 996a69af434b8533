"""A small world in which a Deployment lives: pods take time, routers lag, requests fail, metrics go.

Time is seconds since `START`. A pass happens when something was seen to change or when the last decision asked for it,
never else: a rollout that ends here ends by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from colonnade.plan.common import actions
from colonnade.plan.common.decision import Decision, Event
from colonnade.plan.deployment.exposure import exposure
from colonnade.plan.deployment.observed import Applied, ModelVersionSummary, ObservedDeployment, Router, Workload
from colonnade.plan.deployment.plan import plan
from colonnade.plan.deployment.revisions import revision_of
from colonnade.signals.evidence import (
    Comparison,
    Counts,
    Distribution,
    Distributions,
    Evidence,
    Exposure,
    Missing,
    Sample,
    SignalEvidence,
    Traffic,
)
from colonnade_api import (
    DeploymentSpec,
    DeploymentStatus,
    MonitorPolicySpec,
    ObjectMeta,
    ServedRevision,
    Signal,
    Signature,
    TensorGroup,
)

TRAINED = (5000, 5000)
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MODEL = "flights-late"
ERRORS = {"name": "errors", "type": "ErrorRate", "max": 0.01, "window": "1m", "minSamples": 100}
QUICK_STEPS = [{"setWeight": 5, "hold": "20s"}, {"setWeight": 25, "hold": "20s"}, {"setWeight": 50, "hold": "20s"}]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def digest(name: str) -> str:
    return "sha256:" + name.encode().hex().ljust(64, "0")[:64]


def signature(*inputs: str) -> Signature:
    """Of a model that takes these, each a number."""
    taken = TensorGroup(datatype="FP32", shape=(-1, 1), names=inputs)
    given = TensorGroup(datatype="INT64", shape=(-1,), names=("label",))
    return Signature(digest=digest("".join(inputs)), inputs=(taken,), outputs=(given,))


def policy(*signals: dict[str, Any], **spec: Any) -> MonitorPolicySpec:
    return MonitorPolicySpec.model_validate({"interval": "5s", "signals": signals or (ERRORS,), **spec})


def deployment(**spec: Any) -> DeploymentSpec:
    given = {"model": {"name": MODEL}, "replicas": 2, "monitorPolicyRef": {"name": "default"}}
    strategy = {"strategy": {"canary": {"steps": QUICK_STEPS}}}
    return DeploymentSpec.model_validate({**given, **strategy, **spec})


@dataclass
class Model:
    """How a version behaves: the share of requests that it fails, that it answers too late; how its pods start."""

    fails: float = 0.0
    slow: float = 0.0
    starts_in: float = 3.0
    never_ready: str = ""


@dataclass
class Pods:
    model_version: str
    digest: str
    desired: int
    created: float
    ready_at: float
    deleting: bool = False


@dataclass
class SimRouter:
    pod: str
    lag: float = 1.0
    ready: bool = True
    reachable: bool = True
    applied: Applied | None = None
    seen: list[tuple[float, Applied | None]] = field(default_factory=list)


@dataclass
class Request:
    second: float
    revision: str
    total: int
    failed: int
    slow: int


class World:
    """Step it by seconds, then look at its status."""

    def __init__(self, rate: int = 200, routers: int = 2, seed: int = 1, **spec: Any) -> None:
        self.spec = deployment(**spec)
        self.fewest = self.spec.replicas
        self.policy: MonitorPolicySpec | Missing | None = policy()
        self.metadata = ObjectMeta(name="flights", namespace="demo", uid="1", generation=1, creation_timestamp=START)
        self.status = DeploymentStatus()
        self.models: dict[str, Model] = {}
        self.versions: list[ModelVersionSummary] = []
        self.pods: dict[str, Pods] = {}
        self.routers = [SimRouter(f"router-{n}", lag=1.0 + n) for n in range(routers)]
        self.client_service = False
        self.prometheus: Missing | None = None
        self.operator_alive = True
        self.rate, self.random, self.second = rate, Random(seed), 0.0
        self.requests: list[Request] = []
        self.rows: dict[str, tuple[int, int]] = {}
        self.unanswered = 0
        self.look_at: float | None = 0.0
        self.last_seen: Any = None
        self.passes = self.writes = 0
        self.events: list[Event] = []
        self.deleted = False
        self.crash_in: int | None = None
        self.watchers: list[Callable[[World], None]] = []

    # what people do

    def release(self, name: str, **model: Any) -> None:
        """A new approved version of the model."""
        uri = f"file:///store/models/{digest(name)[7:]}"
        takes = model.pop("takes", ("dep_delay", "distance"))
        self.models[name] = Model(**model)
        told = ModelVersionSummary(name, at(self.second), digest(name), uri, ready=True, signature=signature(*takes))
        self.versions.append(told)

    def change(self, **spec: Any) -> None:
        given = {**self.spec.manifest(), **spec}
        self.spec = DeploymentSpec.model_validate(given)
        self.fewest = min(self.fewest, self.spec.replicas)
        self.metadata = self.metadata.model_copy(update={"generation": self.metadata.generation + 1})

    def annotate(self, **annotations: str) -> None:
        named = {f"colonnade.dev/{key}": value for key, value in annotations.items()}
        self.metadata = self.metadata.model_copy(update={"annotations": {**self.metadata.annotations, **named}})

    def delete(self) -> None:
        self.metadata = self.metadata.model_copy(update={"deletion_timestamp": at(self.second)})

    # what the world does

    def run(self, seconds: float) -> "World":
        """So many seconds pass."""
        for _ in range(round(seconds)):
            self.second += 1
            self._route()
            self._answer()
            self._operate()
            for watcher in self.watchers:
                watcher(self)
        return self

    def until(self, holds: Callable[["World"], object], within: float = 900) -> "World":
        for _ in range(round(within)):
            if holds(self):
                return self
            self.run(1)
        raise AssertionError(f"not within {within:.0f} s: {self.status.manifest()}")

    def serves(self, version: str) -> bool:
        """This version alone, and the rollout is over for everyone."""
        stable, history = self.status.stable, self.status.history
        alone = stable is not None and stable.model_version == version and self.status.candidate is None
        return alone and all(over.ended_at for over in history[:1])

    def weight(self) -> int:
        return self.status.candidate.weight if self.status.candidate else 0

    def revision(self, version: str) -> str:
        return revision_of(digest(version), self.spec.serving)

    def condition(self, kind: str) -> str:
        found = self.status.condition(kind)
        return f"{found.status} {found.reason}" if found else "absent"

    def said(self, kind: str) -> str:
        found = self.status.condition(kind)
        return found.message if found else ""

    def _endpoints(self, revision: str) -> int:
        pods = self.pods.get(revision)
        return pods.desired if pods and not pods.deleting and self.second >= pods.ready_at else 0

    def _route(self) -> None:
        obeyed = self._obeyed() if not self.deleted else None
        for router in self.routers:
            router.seen.append((self.second, obeyed))
            applied = [state for since, state in router.seen if since <= self.second - router.lag]
            router.applied = applied[-1] if applied else router.applied
            router.seen = router.seen[-30:]

    def _obeyed(self) -> Applied | None:
        stable, candidate = self.status.stable, self.status.candidate
        if stable is None:
            return None
        weight = candidate.weight if candidate and self.operator_alive else 0
        return Applied(stable.revision, candidate.revision if candidate else None, weight)

    def _answer(self) -> None:
        sent: dict[str, int] = {}
        senders = [router.applied for router in self.routers if router.ready and router.applied]
        for n in range(self.rate if senders else 0):
            applied = senders[n % len(senders)]
            to_candidate = applied.candidate and self.random.random() * 100 < applied.weight
            revision = applied.candidate if to_candidate else applied.stable
            sent[revision or ""] = sent.get(revision or "", 0) + 1
        for revision, total in sent.items():
            if self._endpoints(revision) == 0:
                self.unanswered += total
                continue
            model = self.models[self.pods[revision].model_version]
            failed, slow = self._draw(total, model.fails), self._draw(total, model.slow)
            self.requests.append(Request(self.second, revision, total, failed, slow))

    def _draw(self, total: int, share: float) -> int:
        return sum(self.random.random() < share for _ in range(total)) if share else 0

    # the operator

    def observe(self) -> ObservedDeployment:
        now = at(self.second)
        asked = exposure(self.status, self.spec, now)
        return ObservedDeployment(
            metadata=self.metadata,
            spec=self.spec,
            status=self.status,
            versions=tuple(self.versions),
            workloads=tuple(self._workload(revision) for revision in self.pods),
            routers=tuple(
                Router(r.pod, r.ready, r.reachable, r.applied if r.reachable else None) for r in self.routers
            ),
            client_service=self.client_service,
            policy=self.policy,
            exposure=asked,
            evidence=self._evidence(asked) if asked else (),
            traffic=self._traffic(asked),
        )

    def _operate(self) -> None:
        if not self.operator_alive or self.deleted:
            return
        observed = self.observe()
        seen = replace(observed, exposure=None, evidence=(), traffic=Missing("NoData", ""))
        seen = replace(seen, routers=())
        due = self.look_at is not None and self.second >= self.look_at
        if seen == self.last_seen and not due:
            return
        self.last_seen, self.passes = seen, self.passes + 1
        decision = plan(observed, at(self.second))
        again = decision.requeue_after
        self.look_at = self.second + again.total_seconds() if again is not None else None
        self.act(decision)

    def act(self, decision: Decision[DeploymentStatus]) -> None:
        recorded = False
        for action in decision.actions:
            if self._crashes():
                return
            if isinstance(action, actions.RecordStatus):
                recorded = True
                self._record(decision.status)
            else:
                self._perform(action)
        if not recorded and not self._crashes() and not self.deleted:
            self._record(decision.status)
        self.events.extend(decision.events)

    def _crashes(self) -> bool:
        if self.crash_in is None:
            return False
        self.crash_in -= 1
        if self.crash_in >= 0:
            return False
        self.crash_in, self.operator_alive = None, False
        return True

    def restart(self) -> None:
        self.operator_alive, self.look_at = True, self.second

    def _record(self, status: DeploymentStatus) -> None:
        stored = DeploymentStatus.model_validate(status.manifest())
        if stored != self.status:
            self.writes += 1
            self.status = stored

    def _perform(self, action: actions.Action) -> None:
        match action:
            case actions.EnsureFinalizer():
                self.metadata = self.metadata.model_copy(update={"finalizers": ("colonnade.dev/finalizer",)})
            case actions.RemoveFinalizer():
                self.deleted = True
            case actions.EnsureRevision():
                self._ensure(action)
            case actions.ScaleRevision(revision, replicas):
                self._scale(revision, replicas)
            case actions.DeleteRevision(revision):
                del self.pods[revision]
                self.writes += 1
            case actions.EnsureClientService():
                self.writes += not self.client_service
                self.client_service = True
            case actions.DeleteClientService():
                self.client_service = False

    def _ensure(self, action: actions.EnsureRevision) -> None:
        if action.revision not in self.pods:
            model = self.models[action.model_version]
            ready = float("inf") if model.never_ready else self.second + model.starts_in
            self.pods[action.revision] = Pods(action.model_version, action.digest, action.replicas, self.second, ready)
            self.writes += 1
        self._scale(action.revision, action.replicas)

    def _scale(self, revision: str, replicas: int) -> None:
        pods = self.pods[revision]
        if pods.desired == replicas:
            return
        model = self.models[pods.model_version]
        if pods.desired == 0:
            pods.ready_at = float("inf") if model.never_ready else self.second + model.starts_in
        pods.desired = replicas
        self.writes += 1

    def _workload(self, revision: str) -> Workload:
        pods, ready = self.pods[revision], self._endpoints(revision)
        waiting = self.models[pods.model_version].never_ready
        return Workload(
            revision=revision,
            model_version=pods.model_version,
            desired=pods.desired,
            ready=ready,
            available=ready,
            endpoints=ready,
            created_at=at(pods.created),
            waiting=(waiting,) if waiting else (),
        )

    # Prometheus

    def _evidence(self, asked: Exposure) -> tuple[SignalEvidence, ...]:
        if not isinstance(self.policy, MonitorPolicySpec):
            return ()
        return tuple(self._signal(signal, asked) for signal in self.policy.signals)

    def _signal(self, signal: Signal, asked: Exposure) -> SignalEvidence:
        start = max((asked.since - START).total_seconds(), self.second - signal.window.total_seconds())
        if self.prometheus:
            return SignalEvidence(signal.name, "up", self.prometheus)
        if signal.type == "FeatureDrift":
            own_rows = self._rows(asked.subject)
            beside = Comparison(own_rows, self._rows(asked.baseline)) if asked.baseline else None
            return SignalEvidence(signal.name, "rows", own_rows, beside, at(self.second))
        own = self._counts(signal, asked.subject, start)
        compared = None
        if asked.baseline:
            limit = 0.05 if signal.type == "Latency" else None
            compared = Comparison(own, self._counts(signal, asked.baseline, start), limit, "sum(rate(x))")
        evidence: Evidence = own
        if signal.type == "PromQL":
            evidence = Sample(own.bad / own.total if own.total else float("nan"), own.total)
        return SignalEvidence(signal.name, "sum(rate(x))", evidence, compared, at(self.second))

    def _rows(self, revision: str) -> Distributions:
        """Of the feature delay, as the pods of a version counted them."""
        version = self.pods[revision].model_version
        now = self.rows.get(version, TRAINED)
        return Distributions((Distribution("delay", ("", "1"), TRAINED, now),), sum(now), at(self.second), "training")

    def _counts(self, signal: Signal, revision: str, start: float) -> Counts:
        found = [each for each in self.requests if each.revision == revision and each.second > start]
        bad = sum(each.slow if signal.type == "Latency" else each.failed for each in found)
        return Counts(sum(each.total for each in found), bad)

    def _traffic(self, asked: Exposure | None) -> Traffic | Missing:
        if self.prometheus:
            return self.prometheus
        if asked is None or asked.hold_since is None:
            return Missing("NoData", "no hold is under way")
        start = (asked.hold_since - START).total_seconds()
        found = [each for each in self.requests if each.second > start]
        return Traffic(sum(r.total for r in found if r.revision == asked.subject), sum(r.total for r in found))


def sums_to_hundred(world: World) -> None:
    """Invariant 5, at every second."""
    stable, candidate = world.status.stable, world.status.candidate
    if stable:
        assert stable.weight + (candidate.weight if candidate else 0) == 100
        assert isinstance(stable, ServedRevision)


def stable_is_whole(world: World) -> None:
    """Invariant 6, at every second."""
    stable = world.status.stable
    if stable and not world.metadata.deletion_timestamp:
        assert world.pods[stable.revision].desired >= world.fewest


class Steps:
    """Invariant 10: the step's index never falls while the candidate and its steps stay the same."""

    def __init__(self) -> None:
        self.last: tuple[tuple[str, int], int] = (("", 0), 0)

    def __call__(self, world: World) -> None:
        candidate, step = world.status.candidate, world.status.step
        if candidate and step:
            rollout, (known, index) = (candidate.revision, step.total), self.last
            assert rollout != known or step.index >= index
            self.last = (rollout, step.index)


def world(**given: Any) -> World:
    """One in which the invariants are watched, and flights-late-1 serves."""
    made = World(**given)
    made.watchers += [sums_to_hundred, stable_is_whole, Steps()]
    made.release(f"{MODEL}-1")
    return made.until(lambda it: it.serves(f"{MODEL}-1"))
