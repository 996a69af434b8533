"""A Deployment's status as people and tools read it: conditions, verdicts, counts."""

from colonnade.formatting import much_the_same, reads_alike
from colonnade.plan.common.conditions import Judgement, dated, false, true
from colonnade.plan.deployment.context import (
    CANDIDATE_READY,
    METRICS_AVAILABLE,
    Situation,
    metrics_missing,
    rollout_of,
    unmeasured_since,
)
from colonnade.plan.deployment.observed import Traffic
from colonnade.plan.deployment.records import leaving
from colonnade.plan.deployment.revisions import Nothing
from colonnade.plan.deployment.rollout.rollback import is_rejected
from colonnade.plan.deployment.rollout.rollout import Rollout
from colonnade.plan.deployment.rollout.rules import pods
from colonnade_api import CandidateRevision, DeploymentStatus, Outages, Verdict

STUCK = frozenset({"Rejected", "AllRejected"})
LONGEST_LIST_OF_WORDS = 400
EXPOSED = "Exposed"
"""Condition: the candidate has had requests."""
UNNOTICED_WEIGHT = 2.0
"""Percentage points."""


def summarised(here: Situation, status: DeploymentStatus) -> DeploymentStatus:
    """The status with all that follows from it and from what was seen."""
    status = _counted(here, status)
    rollout = rollout_of(here, status)
    judgements = (
        _ready(here, status),
        _progressing(here, status),
        _rolled_back(status),
        *_candidate(status, rollout),
        *_metrics(here, status),
        *_kstatus(here, status),
    )
    generation = here.observed.metadata.generation
    conditions = dated(judgements, here.observed.status.conditions, generation, here.now)
    return status.model_copy(
        update={
            "conditions": conditions,
            "observed_generation": generation,
            "verdicts": _verdicts(here, status),
            "handled_commands": here.commands.handled(),
            "outages": _outages(here, rollout),
        }
    )


def _counted(here: Situation, status: DeploymentStatus) -> DeploymentStatus:
    metadata, stable, candidate = here.observed.metadata, status.stable, status.candidate
    asked = here.exposure.subject if here.exposure else None
    changes: dict[str, object] = {"url": f"http://{metadata.name}.{metadata.namespace}"}
    if stable:
        workload = here.workload(stable.revision)
        changes["stable"] = stable.model_copy(update={"ready": here.ready(stable.revision)})
        changes["replicas"] = workload.desired if workload else 0
        changes["selector"] = f"colonnade.dev/deployment={metadata.name},colonnade.dev/revision={stable.revision}"
    if candidate:
        seen = _observed_weight(here, candidate) if asked == candidate.revision and candidate.weight else None
        update: dict[str, object] = {"ready": here.ready(candidate.revision), "observed_weight": seen}
        if candidate.weight > 0 and candidate.exposed_since is None:
            update["exposed_since"] = here.now
        changes["candidate"] = candidate.model_copy(update=update)
    return status.model_copy(update=changes)


def _observed_weight(here: Situation, candidate: CandidateRevision) -> float | None:
    traffic = here.observed.traffic
    if not isinstance(traffic, Traffic) or traffic.total <= 0:
        return None
    seen = round(min(100.0, 100 * traffic.candidate / traffic.total), 1)
    known = candidate.observed_weight
    return known if known is not None and abs(known - seen) < UNNOTICED_WEIGHT else seen


def _verdicts(here: Situation, status: DeploymentStatus) -> tuple[Verdict, ...]:
    """Those of a rollout where a person would read something else; those of a watched stable only when they turn, so
    that rest writes nothing."""
    fresh = tuple(each.verdict for each in here.judged)
    if not fresh:
        return status.verdicts
    known = {verdict.signal: verdict for verdict in status.verdicts}
    is_news = _reads_otherwise if status.candidate else _turned
    return tuple(
        verdict if before is None or is_news(before, verdict) else before
        for verdict, before in ((verdict, known.get(verdict.signal)) for verdict in fresh)
    )


def _turned(known: Verdict, fresh: Verdict) -> bool:
    return (known.result, known.limit) != (fresh.result, fresh.limit)


def _reads_otherwise(known: Verdict, fresh: Verdict) -> bool:
    """All numbers are those of one moment: where one is worth telling anew, so are the others."""
    alike = much_the_same(known.value, fresh.value) and much_the_same(known.stable_value, fresh.stable_value)
    return _turned(known, fresh) or not alike or not reads_alike(known.message or "", fresh.message or "")


def _ready(here: Situation, status: DeploymentStatus) -> Judgement:
    stable = status.stable
    if stable is None:
        reason, message = _first(here, status)
        return false("Ready", reason, message)
    workload = here.workload(stable.revision)
    endpoints = workload.endpoints if workload else 0
    if endpoints == 0:
        waiting = f": {workload.waiting[0][:LONGEST_LIST_OF_WORDS]}" if workload and workload.waiting else ""
        return false("Ready", "NoReadyPod", f"no pod of {stable.model_version} is ready{waiting}")
    if unreached := _unreached(here, stable.revision):
        return false("Ready", "RoutersNotReady", unreached)
    return true("Ready", "Serving", f"{stable.model_version} answers on {endpoints} of {here.spec.replicas} pods")


def _unreached(here: Situation, revision: str) -> str:
    """Why clients can't come this far yet; asked only until they could once, since a silent router is no proof that
    they can't."""
    if not here.observed.client_service:
        return "the clients' Service is being made"
    before = here.status.condition("Ready")
    if before and (before.status == "True" or before.reason == "NoReadyPod"):
        return ""
    routed = [each.applied for each in here.observed.routers if each.ready and each.applied]
    if any(applied.stable == revision for applied in routed):
        return ""
    return "no router is seen to send to it yet"


def _first(here: Situation, status: DeploymentStatus) -> tuple[str, str]:
    step = status.step
    if status.candidate and step:
        return step.reason or "Starting", step.message or ""
    if isinstance(here.wanted, Nothing):
        return here.wanted.reason, here.wanted.message
    return "Halted", "spec.paused is true"


def _progressing(here: Situation, status: DeploymentStatus) -> Judgement:
    step = status.step
    if status.candidate and step:
        return true("Progressing", step.reason or "Starting", step.message or "")
    if status.stable is None:
        reason, message = _first(here, status)
        return false("Progressing", reason, message)
    if isinstance(here.wanted, Nothing):
        return false("Progressing", here.wanted.reason, f"{here.wanted.message}; {status.stable.model_version} serves")
    over = status.history[0] if status.history else None
    reason = over.outcome if over else "Settled"
    return false("Progressing", reason, f"{status.stable.model_version} gets all requests")


def _rolled_back(status: DeploymentStatus) -> Judgement:
    over = status.history[0] if status.history else None
    if over is None or over.outcome != "RolledBack":
        return false("RolledBack", over.outcome if over else "NothingYet", "the last rollout wasn't rolled back")
    return true("RolledBack", over.reason or "RolledBack", over.message or "")


def _outages(here: Situation, rollout: Rollout | None) -> Outages | None:
    found = Outages(
        candidate_not_ready=rollout.unready_since if rollout else None,
        stable_not_ready=here.stable_not_ready,
        metrics_missing=unmeasured_since(here),
    )
    return found if found != Outages() else None


def _candidate(status: DeploymentStatus, rollout: Rollout | None) -> tuple[Judgement, ...]:
    candidate = status.candidate
    if candidate is None or rollout is None or leaving(status):
        return ()
    state = false if rollout.unready_since else true
    reason = "PodsNotReady" if rollout.unready_since else "PodsReady"
    ready = state(CANDIDATE_READY, reason, pods(rollout))
    if candidate.exposed_since is not None:
        return (ready, true(EXPOSED, "TakesRequests", f"{candidate.model_version} takes requests"))
    return (ready, false(EXPOSED, "NoRequestsYet", f"{candidate.model_version} has had no request yet"))


def _metrics(here: Situation, status: DeploymentStatus) -> tuple[Judgement, ...]:
    if here.exposure is None or here.observed.policy is None:
        return ()
    if missing := metrics_missing(here):
        weight = f"; the weight stays at {status.candidate.weight} %" if status.candidate else ""
        return (false(METRICS_AVAILABLE, "NoData", f"{missing}{weight}"),)
    return (true(METRICS_AVAILABLE, "Measured", "every signal is measured"),)


def _kstatus(here: Situation, status: DeploymentStatus) -> tuple[Judgement, ...]:
    """Reconciling and Stalled, which stand only while they are so."""
    step = status.step
    if status.candidate and step:
        late = status.stable is None and step.reason == "ProgressDeadlineExceeded"
        return (true("Stalled" if late else "Reconciling", step.reason or "Starting", step.message or ""),)
    if is_rejected(status) and status.stable:
        said = f"{status.stable.model_version} failed, and there is no version to go back to; apply one that mends it"
        return (true("Stalled", "NothingToGoBackTo", said),)
    if isinstance(here.wanted, Nothing):
        stuck = here.wanted.reason in STUCK
        return (true("Stalled" if stuck else "Reconciling", here.wanted.reason, here.wanted.message),)
    return ()
