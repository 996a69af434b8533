"""A Deployment's status as people and tools read it: conditions, verdicts, counts."""

from datetime import timedelta

from colonnade.formatting import much_the_same, reads_alike
from colonnade.plan.common.conditions import ConditionUpdate, false, true, with_transition_time
from colonnade.plan.deployment import alerts
from colonnade.plan.deployment.context import (
    CANDIDATE_READY,
    METRICS_AVAILABLE,
    Context,
    metrics_missing,
    rollout_of,
    unmeasured_since,
)
from colonnade.plan.deployment.revisions import Unresolved, passed_over, refusal, rejected_because
from colonnade.plan.deployment.rollout.rollout import Rollout
from colonnade.plan.deployment.rollout.rules import no_replicas, pods, scaled_to_zero, why_waiting
from colonnade.signals import SignalVerdict
from colonnade.signals.evidence import Traffic
from colonnade_api import CandidateRevision, DeploymentStatus, Outages, ServedRevision, Verdict
from colonnade_api.datasets.history import draining, is_rejected
from colonnade_api.wellknown import DEPLOYMENT_LABEL, REVISION_LABEL

STUCK = frozenset({"Rejected", "AllRejected"})
SCALED_TO_ZERO = "ScaledToZero"
EXPOSED = "Exposed"
"""Condition: the candidate has had requests."""
LEAST_OLD = timedelta(minutes=10)
UNNOTICED_WEIGHT = 2.0
"""Percentage points."""


def complete(context: Context, status: DeploymentStatus) -> DeploymentStatus:
    """The status with all that follows from it and from what was seen."""
    status = _counted(context, status)
    rollout = rollout_of(context, status)
    updates = (
        _ready(context, status),
        _progressing(context, status),
        _rolled_back(status),
        *_candidate(status, rollout),
        *_metrics(context, status),
        *_kstatus(context, status),
    )
    verdicts = _verdicts(context, status)
    generation = context.observed.metadata.generation
    conditions = with_transition_time(
        (*updates, *alerts.condition(context, verdicts)), context.observed.status.conditions, generation, context.now
    )
    return status.model_copy(
        update={
            "conditions": conditions,
            "observed_generation": generation,
            "verdicts": verdicts,
            "handled_commands": context.commands.handled(),
            "outages": _outages(context, rollout),
        }
    )


def _counted(context: Context, status: DeploymentStatus) -> DeploymentStatus:
    metadata, stable, candidate = context.observed.metadata, status.stable, status.candidate
    asked = context.exposure.subject if context.exposure else None
    changes: dict[str, object] = {"url": f"http://{metadata.name}.{metadata.namespace}"}
    if stable:
        workload = context.workload(stable.revision)
        changes["stable"] = stable.model_copy(update={"ready": context.ready(stable.revision)})
        changes["replicas"] = workload.desired if workload else 0
        changes["selector"] = f"{DEPLOYMENT_LABEL}={metadata.name},{REVISION_LABEL}={stable.revision}"
    if candidate:
        seen = _observed_weight(context, candidate) if asked == candidate.revision and candidate.weight else None
        update: dict[str, object] = {"ready": context.ready(candidate.revision), "observed_weight": seen}
        if candidate.weight > 0 and candidate.exposed_since is None:
            update["exposed_since"] = context.now
        changes["candidate"] = candidate.model_copy(update=update)
    return status.model_copy(update=changes)


def _observed_weight(context: Context, candidate: CandidateRevision) -> float | None:
    traffic = context.observed.traffic
    if not isinstance(traffic, Traffic) or traffic.total <= 0:
        return None
    seen = round(min(100.0, 100 * traffic.candidate / traffic.total), 1)
    known = candidate.observed_weight
    return known if known is not None and abs(known - seen) < UNNOTICED_WEIGHT else seen


def _verdicts(context: Context, status: DeploymentStatus) -> tuple[Verdict, ...]:
    """Those of a rollout where a person would read something else; those of what serves only when they turn, or are
    old, so that rest writes nothing. What was said last of a signal that isn't measured now stays."""
    fresh = {each.signal.name: each for each in context.judged}
    if not fresh:
        return status.verdicts
    known = {verdict.signal: verdict for verdict in status.verdicts}
    names = [signal.name for signal in context.policy.signals] if context.policy else []
    found = (_told(status, known.get(name), fresh.get(name)) for name in names)
    return tuple(verdict for verdict in found if verdict)


def _told(status: DeploymentStatus, known: Verdict | None, fresh: SignalVerdict | None) -> Verdict | None:
    if known is None or fresh is None:
        return fresh.verdict if fresh else known
    is_news = _reads_otherwise(known, fresh.verdict) if status.candidate else _turned_or_old(known, fresh)
    return fresh.verdict if is_news else known


def _turned_or_old(known: Verdict, fresh: SignalVerdict) -> bool:
    """What is drawn is drawn of one window: past it, it is of another time."""
    now, old = fresh.verdict.at, max(fresh.signal.window, LEAST_OLD)
    is_old = bool(fresh.verdict.detail and known.at and now and now - known.at >= old)
    return _turned(known, fresh.verdict) or is_old


def _turned(known: Verdict, fresh: Verdict) -> bool:
    return (known.result, known.limit) != (fresh.result, fresh.limit)


def _reads_otherwise(known: Verdict, fresh: Verdict) -> bool:
    """All numbers are those of one moment: where one is worth telling anew, so are the others."""
    alike = much_the_same(known.value, fresh.value) and much_the_same(known.stable_value, fresh.stable_value)
    return _turned(known, fresh) or not alike or not reads_alike(known.message or "", fresh.message or "")


def _ready(context: Context, status: DeploymentStatus) -> ConditionUpdate:
    stable = status.stable
    if stable is None:
        reason, message = _first(context, status)
        return false("Ready", reason, message)
    if context.spec.replicas == 0:
        return false("Ready", SCALED_TO_ZERO, _nothing_answers(stable))
    workload = context.workload(stable.revision)
    endpoints = workload.endpoints if workload else 0
    if endpoints == 0:
        return false("Ready", "NoReadyPod", f"no pod of {stable.model_version} is ready{why_waiting(workload)}")
    if unreached := _unreached(context, stable.revision):
        return false("Ready", "RoutersNotReady", unreached)
    why = why_waiting(workload) if endpoints < context.spec.replicas else ""
    said = f"{stable.model_version} answers on {endpoints} of {context.spec.replicas} pods{why}"
    not_started = _not_started(context, status)
    return true("Ready", "Serving", f"{said}; {not_started}" if not_started else said)


def _not_started(context: Context, status: DeploymentStatus) -> str:
    """What the spec asks for and is not done, since it was rejected; empty where nothing is."""
    wanted, stable = context.wanted, status.stable
    if isinstance(wanted, Unresolved):
        return wanted.message if wanted.reason in STUCK else ""
    entry = passed_over(context.spec, context.observed.versions, status.rejected, stable)
    mend = "apply one that mends it, or kubectl colonnade retry"
    return f"{refusal(entry, entry, stable)}: {mend}" if entry else ""


def _nothing_answers(stable: ServedRevision) -> str:
    return f"{no_replicas(stable.model_version)}, and no request is answered"


def _unreached(context: Context, revision: str) -> str:
    """Why clients can't come this far yet; asked only until they could once, since a silent router is no proof that
    they can't."""
    if not context.observed.client_service:
        return "the clients' Service is being made"
    before = context.status.condition("Ready")
    if before and (before.status == "True" or before.reason in ("NoReadyPod", SCALED_TO_ZERO)):
        return ""
    routed = [each.applied for each in context.observed.routers if each.ready and each.applied]
    if any(applied.stable == revision for applied in routed):
        return ""
    return "no router is seen to send to it yet"


def _first(context: Context, status: DeploymentStatus) -> tuple[str, str]:
    step = status.step
    if status.candidate and step:
        return step.reason or "Starting", step.message or ""
    if isinstance(context.wanted, Unresolved):
        return context.wanted.reason, context.wanted.message
    return "Paused", "spec.paused is true"


def _progressing(context: Context, status: DeploymentStatus) -> ConditionUpdate:
    step = status.step
    if status.candidate and step:
        return true("Progressing", step.reason or "Starting", step.message or "")
    if status.stable is None:
        reason, message = _first(context, status)
        return false("Progressing", reason, message)
    if isinstance(context.wanted, Unresolved):
        said = f"{context.wanted.message}; {status.stable.model_version} serves"
        return false("Progressing", context.wanted.reason, said)
    if context.spec.replicas == 0:
        return false("Progressing", SCALED_TO_ZERO, _nothing_answers(status.stable))
    over = status.history[0] if status.history else None
    reason = over.outcome if over else "Settled"
    return false("Progressing", reason, f"{status.stable.model_version} gets all requests")


def _rolled_back(status: DeploymentStatus) -> ConditionUpdate:
    over = status.history[0] if status.history else None
    if over is None or over.outcome != "RolledBack":
        return false("RolledBack", over.outcome if over else "NothingYet", "the last rollout wasn't rolled back")
    return true("RolledBack", over.reason or "RolledBack", over.message or "")


def _outages(context: Context, rollout: Rollout | None) -> Outages | None:
    found = Outages(
        candidate_not_ready=rollout.unready_since if rollout else None,
        stable_not_ready=context.stable_not_ready,
        metrics_missing=unmeasured_since(context),
    )
    return found if found != Outages() else None


def _candidate(status: DeploymentStatus, rollout: Rollout | None) -> tuple[ConditionUpdate, ...]:
    candidate = status.candidate
    if candidate is None or rollout is None or draining(status):
        return ()
    ready = _candidate_ready(rollout)
    if candidate.exposed_since is not None:
        return (ready, true(EXPOSED, "TakesRequests", f"{candidate.model_version} takes requests"))
    return (ready, false(EXPOSED, "NoRequestsYet", f"{candidate.model_version} has had no request yet"))


def _candidate_ready(rollout: Rollout) -> ConditionUpdate:
    if nothing_asked := scaled_to_zero(rollout):
        return false(CANDIDATE_READY, nothing_asked.reason, nothing_asked.message)
    if rollout.unready_since:
        return false(CANDIDATE_READY, "PodsNotReady", pods(rollout))
    return true(CANDIDATE_READY, "PodsReady", pods(rollout))


def _metrics(context: Context, status: DeploymentStatus) -> tuple[ConditionUpdate, ...]:
    if context.exposure is None or context.observed.policy is None:
        return ()
    if context.exposure.standing and not context.judged:
        return ()
    if missing := metrics_missing(context):
        weight = f"; the weight stays at {status.candidate.weight} %" if status.candidate else ""
        return (false(METRICS_AVAILABLE, "NoData", f"{missing}{weight}"),)
    return (true(METRICS_AVAILABLE, "Measured", "every signal is measured"),)


def _kstatus(context: Context, status: DeploymentStatus) -> tuple[ConditionUpdate, ...]:
    """Reconciling and Stalled, which stand only while they are so."""
    step = status.step
    if status.candidate and step:
        late = status.stable is None and step.reason == "ProgressDeadlineExceeded"
        return (true("Stalled" if late else "Reconciling", step.reason or "Starting", step.message or ""),)
    if is_rejected(status) and status.stable:
        return (true("Stalled", "NothingToGoBackTo", _nothing_to_go_back_to(status, status.stable)),)
    if isinstance(context.wanted, Unresolved):
        stuck = context.wanted.reason in STUCK
        return (true("Stalled" if stuck else "Reconciling", context.wanted.reason, context.wanted.message),)
    return _second_best(context, status)


def _second_best(context: Context, status: DeploymentStatus) -> tuple[ConditionUpdate, ...]:
    """Where something serves, but not what the spec asks for: another version, or fewer pods."""
    stable, replicas = status.stable, context.spec.replicas
    if not_started := _not_started(context, status):
        serves = f"; {stable.model_version} serves" if stable and replicas else ""
        return (true("Stalled", "Rejected", f"{not_started}{serves}"),)
    if stable and (ready := context.ready(stable.revision)) < replicas:
        said = f"{ready} of {replicas} pods of {stable.model_version} are ready"
        why = why_waiting(context.workload(stable.revision))
        return (true("Reconciling", "PodsNotReady", f"{said}{why}"),)
    return ()


def _nothing_to_go_back_to(status: DeploymentStatus, stable: ServedRevision) -> str:
    entry = next(entry for entry in status.rejected if entry.revision == stable.revision)
    said = f"{stable.model_version} {rejected_because(entry)}, and there is no version left to go back to"
    return f"{said}: it serves on; apply one that mends it, or kubectl colonnade retry lets it stay"
