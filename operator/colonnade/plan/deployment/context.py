"""All that one pass over a Deployment knows, put together for its rules."""

from dataclasses import dataclass, replace
from datetime import datetime

from colonnade.plan.deployment.commands import Commands, parse_commands
from colonnade.plan.deployment.exposure import exposure
from colonnade.plan.deployment.observed import ObservedDeployment, Workload
from colonnade.plan.deployment.revisions import TargetRevision, Unresolved, resolve, revision_of
from colonnade.plan.deployment.rollout import bluegreen, canary, rules
from colonnade.plan.deployment.rollout.rollout import Rollout, Stage
from colonnade.signals import SignalVerdict, judge_all, measured
from colonnade.signals.evidence import Exposure, Missing
from colonnade_api import Canary, DeploymentSpec, DeploymentStatus, MonitorPolicySpec, Outages, ServedRevision
from colonnade_api import Rollout as Record
from colonnade_api.datasets.history import draining, promoted_before, restores

CANDIDATE_READY = "CandidateReady"
METRICS_AVAILABLE = "MetricsAvailable"


@dataclass(frozen=True)
class Context:
    """`status` is the recorded one, less the rejections that someone has taken back.

    `exposure`: what this status wants measured; `judged`: what was measured says, empty while nobody is judged.
    """

    observed: ObservedDeployment
    spec: DeploymentSpec
    now: datetime
    status: DeploymentStatus
    wanted: TargetRevision | Unresolved
    stages: tuple[Stage, ...]
    commands: Commands
    exposure: Exposure | None
    judged: tuple[SignalVerdict, ...]

    @property
    def decisive(self) -> tuple[SignalVerdict, ...]:
        """What may change which revision serves: nothing that is said of one that merely serves."""
        return () if self.exposure is None or self.exposure.standing else self.judged

    @property
    def name(self) -> str:
        return self.observed.metadata.name

    @property
    def policy(self) -> MonitorPolicySpec | None:
        return self.observed.policy if isinstance(self.observed.policy, MonitorPolicySpec) else None

    @property
    def aborts_stable(self) -> bool:
        stable = self.status.stable
        return stable is not None and self.commands.aborts(stable.revision)

    def workload(self, revision: str) -> Workload | None:
        return next((each for each in self.observed.workloads if each.revision == revision and not each.deleting), None)

    def ready(self, revision: str) -> int:
        workload = self.workload(revision)
        return workload.endpoints if workload else 0

    @property
    def stable_not_ready(self) -> datetime | None:
        """Since when, without a break."""
        stable = self.status.stable
        down = stable is not None and self.spec.replicas > 0 and self.ready(stable.revision) == 0
        return self.since(down, self.outages.stable_not_ready)

    @property
    def outages(self) -> Outages:
        """As they were recorded."""
        return self.observed.status.outages or Outages()

    def since(self, missing: bool, recorded: datetime | None) -> datetime | None:
        """Since when something is missing without a break."""
        return (recorded or self.now) if missing else None


def build_context(observed: ObservedDeployment, spec: DeploymentSpec, now: datetime) -> Context:
    """What the pass goes by. Evidence about another revision than the one that is to be judged is left out."""
    commands = parse_commands(observed.metadata.annotations, observed.status.handled_commands)
    if draining(observed.status):
        commands = commands.undo_later()
    status = _without_retried(observed.status, commands)
    stages = _stages(spec)
    status = _on_these_stages(status, len(stages))
    asked = exposure(status, spec, now)
    return Context(
        observed=observed,
        spec=spec,
        now=now,
        status=status,
        wanted=resolve(spec, observed.versions, status.rejected, status.stable),
        stages=stages,
        commands=commands,
        exposure=asked,
        judged=_judged(observed, asked),
    )


def rollout_of(context: Context, status: DeploymentStatus) -> Rollout | None:
    """The candidate's rollout; None without a candidate."""
    candidate, stable, step = status.candidate, status.stable, status.step
    if candidate is None:
        return None
    rollout = Rollout(
        now=context.now,
        spec=context.spec,
        stages=context.stages,
        index=step.index if step else 0,
        since=step.since if step else None,
        candidate=candidate,
        stable=_signed(context, stable) if stable else None,
        wanted=context.wanted,
        workload=context.workload(candidate.revision),
        routers=context.observed.routers,
        policy=context.observed.policy,
        judged=context.decisive,
        traffic=context.observed.traffic,
        released=context.commands.releases(candidate.revision, step.index if step else 0),
        aborted=context.commands.aborts(candidate.revision),
        stable_ready=context.ready(stable.revision) if stable else 0,
    )
    return _timed(context, status, rollout)


def _signed(context: Context, stable: ServedRevision) -> ServedRevision:
    """With the signature that its ModelVersion tells, where it was not recorded with the revision."""
    if stable.signature is not None:
        return stable
    told = (each.signature for each in context.observed.versions if each.digest == stable.digest)
    return stable.model_copy(update={"signature": next(told, None)})


def restorable(context: Context, status: DeploymentStatus) -> Record | None:
    """The newest trusted revision before stable that can be started again: its pods' settings still exist."""
    return next((before for before in promoted_before(status) if is_startable(context, before)), None)


def is_startable(context: Context, before: Record) -> bool:
    if not before.digest or not before.artifact_uri:
        return False
    known = context.workload(before.revision) is not None
    return known or revision_of(before.digest, context.spec.serving) == before.revision


def _timed(context: Context, status: DeploymentStatus, rollout: Rollout) -> Rollout:
    rollout = replace(rollout, stable_down_since=context.stable_not_ready, unmeasured_since=unmeasured_since(context))
    lacks_pods = not _has_its_pods(status, rollout)
    return replace(rollout, unready_since=context.since(lacks_pods, context.outages.candidate_not_ready))


def _has_its_pods(status: DeploymentStatus, rollout: Rollout) -> bool:
    if rollout.spec.replicas == 0:
        return True
    if rollout.stable is None:
        return rollout.endpoints > 0
    return rollout.capacity == 100 if restores(status) else rules.is_ready_to_go_on(rollout)


def unmeasured_since(context: Context) -> datetime | None:
    return context.since(bool(metrics_missing(context)), context.outages.metrics_missing)


def metrics_missing(context: Context) -> str:
    """Why nothing can be measured, in words; empty while it can, or while nothing is to be."""
    if context.exposure is None or context.exposure.standing or context.observed.policy is None:
        return ""
    if isinstance(context.observed.policy, Missing):
        return context.observed.policy.message
    absent = [each for each in context.judged if each.verdict.result in ("NoData", "Error")]
    return "; ".join(f"{each.signal.name}: {each.verdict.message}" for each in absent)


def _without_retried(status: DeploymentStatus, commands: Commands) -> DeploymentStatus:
    kept = tuple(entry for entry in status.rejected if not commands.retries(entry.revision))
    return status if len(kept) == len(status.rejected) else status.model_copy(update={"rejected": kept})


def _on_these_stages(status: DeploymentStatus, total: int) -> DeploymentStatus:
    """The rollout's step, of as many as the spec has now: steps may be changed midway."""
    step = status.step
    if step is None or not status.candidate or not status.stable or restores(status) or draining(status):
        return status
    index = min(step.index, total - 1)
    return status.model_copy(update={"step": step.model_copy(update={"index": index, "total": total})})


def _stages(spec: DeploymentSpec) -> tuple[Stage, ...]:
    strategy = spec.strategy
    if strategy.blue_green is not None:
        return bluegreen.stages(strategy.blue_green)
    return canary.stages(strategy.canary or Canary())


def _judged(observed: ObservedDeployment, asked: Exposure | None) -> tuple[SignalVerdict, ...]:
    if asked is None or not isinstance(observed.policy, MonitorPolicySpec):
        return ()
    about = observed.exposure.subject if observed.exposure else None
    signals = measured(observed.policy.signals, asked)
    return judge_all(signals, observed.evidence if about == asked.subject else ())
