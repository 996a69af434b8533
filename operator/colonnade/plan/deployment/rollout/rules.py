"""What may be objected to a rollout's next step: each rule looks at one thing."""

from datetime import timedelta

from colonnade.formatting import clock_time, duration, percent, requests
from colonnade.plan.deployment.observed import Workload
from colonnade.plan.deployment.revisions import TargetRevision
from colonnade.plan.deployment.rollout.moves import Hold, Rollback
from colonnade.plan.deployment.rollout.rollout import Rollout
from colonnade.plan.deployment.routing import contradicts, unapplied
from colonnade.plan.deployment.signature import what_is_lost
from colonnade.signals import TELLING, SignalVerdict
from colonnade.signals.evidence import Missing, Traffic
from colonnade.statistics.binomial import binomial_interval
from colonnade_api.datasets.history import name_of

SHORTEST_PROOF = timedelta(seconds=10)
"""Traffic is measured for so long at least before it is found to go astray."""

LONGEST_REASON = 400
"""Characters of a pod's own words that a message carries."""

SHARED = ("World", "Upstream")
"""Causes of a breach that stable shows as well."""

UNDECIDED = ("Error", "NoData", "InsufficientSamples")


def aborted(rollout: Rollout) -> Rollback | None:
    if not rollout.aborted:
        return None
    return Rollback("RolledBack", "Aborted", f"aborted by hand; {_back(rollout)}")


def superseded(rollout: Rollout) -> Rollback | None:
    wanted = rollout.wanted
    if isinstance(wanted, TargetRevision) and wanted.revision == rollout.candidate.revision:
        return None
    why = (
        f"{name_of(wanted, rollout.candidate)} is wanted now" if isinstance(wanted, TargetRevision) else wanted.message
    )
    return Rollback("Superseded", "Superseded", f"{why}; {_back(rollout)}")


def breached(rollout: Rollout) -> Rollback | None:
    breach = breach_of(rollout.judged, "Rollback")
    if breach is None or not rollout.spec.rollback.automatic or rollout.stable_ready == 0:
        return None
    message = f"{breach.verdict.message} at weight {rollout.candidate.weight}; {_back(rollout)}"
    return Rollback("RolledBack", f"{breach.signal.type}Breached", message, breach.verdict.at)


def overdue(rollout: Rollout) -> Rollback | None:
    if rollout.spec.replicas == 0 or not is_late(rollout):
        return None
    message = f"after {duration(rollout.spec.progress_deadline)} {pods(rollout)}; {_back(rollout)}"
    return Rollback("RolledBack", "ProgressDeadlineExceeded", message)


def is_late(rollout: Rollout) -> bool:
    """Whether its pods have had their time: it begins with the workload, however long no operator was there to make
    it."""
    if rollout.unready_since is None or rollout.workload is None:
        return False
    since = max(rollout.unready_since, rollout.workload.created_at)
    return rollout.now - since >= rollout.spec.progress_deadline


def signature_changed(rollout: Rollout) -> Hold | None:
    candidate, stable = rollout.candidate, rollout.stable
    if stable is None or candidate.digest == stable.digest or rollout.spec.strategy.signature_change == "Allow":
        return None
    weight = 0 if candidate.weight else None
    allow = "no request goes to it; spec.strategy.signatureChange: Allow lets it go on, once clients know"
    if candidate.signature is None or stable.signature is None:
        unknown = candidate if candidate.signature is None else stable
        said = (
            f"what {unknown.model_version} takes and gives isn't recorded, so that nobody can say whether requests fit"
        )
        return Hold("SignatureUnknown", f"{said}; {allow}", weight, clock="Stop")
    lost = what_is_lost(stable.signature, candidate.signature)
    if not lost:
        return None
    said = f"{candidate.model_version} can't answer what is asked of {stable.model_version}: {lost}"
    return Hold("SignatureChanged", f"{said}; {allow}", weight, clock="Stop")


def scaled_to_zero(rollout: Rollout) -> Hold | None:
    if rollout.spec.replicas > 0:
        return None
    weight = 0 if rollout.candidate.weight else None
    return Hold("ScaledToZero", no_replicas(rollout.candidate_name), weight, clock="Stop")


def unready(rollout: Rollout) -> Hold | None:
    if is_ready(rollout):
        return None
    fits = min(rollout.candidate.weight, rollout.capacity)
    weight = fits if fits != rollout.candidate.weight else None
    return Hold("CandidateNotReady", pods(rollout), weight, clock="Stop")


def paused(rollout: Rollout) -> Hold | None:
    return Hold("Paused", "spec.paused is true") if rollout.spec.paused else None


def shifting(rollout: Rollout) -> Hold | None:
    if rollout.candidate.weight == rollout.target:
        return None
    why = "; stable has no ready pod" if rollout.target != rollout.stage.weight else ""
    message = f"the weight goes from {rollout.candidate.weight} to {rollout.target} %{why}"
    return Hold("WeightSet", message, rollout.target, clock="Stop")


def unapplied_weight(rollout: Rollout) -> Hold | None:
    if rollout.candidate.weight == 0:
        return None
    missing = unapplied(rollout.routers, rollout.in_force)
    if not missing:
        return None
    seen_elsewhere = contradicts(rollout.routers, rollout.in_force)
    message = f"{missing}, {rollout.candidate.weight} % are wanted"
    return Hold("WeightNotApplied", message, clock="Stop" if seen_elsewhere else None)


def untimed(rollout: Rollout) -> Hold | None:
    if rollout.since:
        return None
    return Hold("Measuring", f"the candidate gets {rollout.candidate.weight} % from now on", clock="Start")


def unproven(rollout: Rollout) -> Hold | None:
    if rollout.released or rollout.candidate.weight == 0:
        return None
    traffic, weight = rollout.traffic, rollout.candidate.weight
    if not isinstance(traffic, Traffic):
        return Hold(traffic.reason, f"traffic: {traffic.message}; {_stays(rollout)}")
    if traffic.total == 0:
        return Hold("InsufficientSamples", f"no request came{_since(rollout)}; {_stays(rollout)}")
    low, high = binomial_interval(weight, traffic.total)
    share = traffic.candidate / traffic.total
    if low <= share <= high:
        return None
    message = (
        f"the candidate got {percent(share)} of {requests(traffic.total)}, "
        f"expected {percent(low)} to {percent(high)} at weight {weight}"
    )
    return Hold("TrafficUnproven", message, clock="Start" if rollout.elapsed >= SHORTEST_PROOF else None)


def unjudged(rollout: Rollout) -> Hold | None:
    if rollout.released or rollout.stage.weight == 0:
        return None
    if rollout.policy is None:
        said = "spec.monitorPolicyRef names no MonitorPolicy, so nothing judges the candidate"
    elif isinstance(rollout.policy, Missing):
        return Hold("PolicyUnavailable", f"{rollout.policy.message}; {_stays(rollout)}")
    elif not gating(rollout.judged):
        said = "no signal of the MonitorPolicy has action Rollback or Hold, so nothing judges the candidate"
    else:
        return None
    return Hold("NothingJudges", f"{said}; name one, or go on by hand: kubectl colonnade promote")


def no_data(rollout: Rollout) -> Rollback | None:
    policy = rollout.policy
    if policy is None or isinstance(policy, Missing) or policy.no_data.then != "Rollback" or rollout.released:
        return None
    if not rollout.unmeasured_since or rollout.now - rollout.unmeasured_since < policy.no_data.hold:
        return None
    return Rollback("RolledBack", "NoData", f"no metrics for {duration(policy.no_data.hold)}; {_back(rollout)}")


def unmeasured(rollout: Rollout) -> Hold | None:
    if rollout.released or rollout.stage.weight == 0:
        return None
    for result in UNDECIDED:
        for judged in gating(rollout.judged):
            if judged.verdict.result == result:
                return Hold(result, f"{judged.signal.name}: {judged.verdict.message}; {_stays(rollout)}")
    return None


def held_by_signal(rollout: Rollout) -> Hold | None:
    failed = [judged for judged in gating(rollout.judged) if judged.verdict.result == "Fail"]
    if not failed:
        return None
    first = failed[0]
    return Hold(
        f"{first.signal.type}Breached", f"{first.verdict.message}; {_stays(rollout)}: {_why_here(rollout, first)}"
    )


def holding(rollout: Rollout) -> Hold | None:
    if rollout.released or rollout.since is None or rollout.elapsed >= rollout.stage.hold:
        return None
    until = clock_time(rollout.since + rollout.stage.hold)
    return Hold("Holding", f"{duration(rollout.stage.hold)} at {rollout.candidate.weight} %, until {until}")


def awaiting_promotion(rollout: Rollout) -> Hold | None:
    if rollout.released or not rollout.stage.ask:
        return None
    return Hold("PausedAtStep", f"step {rollout.index + 1} waits for someone: kubectl colonnade promote")


def undersized(rollout: Rollout) -> Hold | None:
    if not rollout.last or rollout.capacity == 100:
        return None
    return Hold("CandidateNotReady", f"{pods(rollout)}, all are needed to take over")


def is_ready(rollout: Rollout) -> bool:
    """Enough pods are ready for what this step asks of them."""
    return rollout.endpoints > 0 and rollout.capacity >= rollout.target


def is_ready_to_go_on(rollout: Rollout) -> bool:
    """So many that nothing is missing for what comes after this step either."""
    return is_ready(rollout) and not undersized(rollout)


def gating(judged: tuple[SignalVerdict, ...]) -> tuple[SignalVerdict, ...]:
    """The signals that a rollout waits for; an Alert is only said, and a Retrain concerns what serves."""
    return tuple(each for each in judged if each.signal.action not in TELLING)


def breach_of(judged: tuple[SignalVerdict, ...], action: str) -> SignalVerdict | None:
    """The first, but one that is as bad on stable: to go back would mend nothing."""
    failed = (each for each in judged if each.verdict.result == "Fail" and each.signal.action == action)
    return next((each for each in failed if each.verdict.cause not in SHARED), None)


def no_replicas(name: str) -> str:
    return f"spec.replicas is 0: no pod of {name} is asked for"


def pods(rollout: Rollout) -> str:
    said = f"{rollout.endpoints} of {rollout.spec.replicas} pods of {rollout.candidate_name} are ready"
    return f"{said}{why_waiting(rollout.workload)}"


def why_waiting(workload: Workload | None) -> str:
    """What keeps its pods from ready, worst first, to follow what is said of them."""
    waiting = workload.waiting if workload else ()
    return f": {waiting[0][:LONGEST_REASON]}" if waiting else ""


def _stays(rollout: Rollout) -> str:
    return f"the weight stays at {rollout.candidate.weight} %"


def _since(rollout: Rollout) -> str:
    return f" since {clock_time(rollout.since)}" if rollout.since else ""


def _back(rollout: Rollout) -> str:
    return f"all traffic is back on {rollout.stable_name}"


def _why_here(rollout: Rollout, failed: SignalVerdict) -> str:
    if failed.verdict.cause in SHARED:
        return "to go back would mend nothing; go on by hand: kubectl colonnade promote"
    if not rollout.spec.rollback.automatic:
        return "spec.rollback.automatic is false; go back by hand: kubectl colonnade abort"
    if rollout.stable_ready == 0:
        return "stable has no ready pod to go back to"
    return "its action is Hold"
