"""What failed and only tells: signals whose action is Alert or Retrain, and all of a revision that merely serves."""

from colonnade.formatting import clipped
from colonnade.plan.common.conditions import ConditionUpdate, carried_over, false, true
from colonnade.plan.common.decision import Event
from colonnade.plan.deployment.context import Context
from colonnade.signals import TELLING, SignalVerdict
from colonnade_api import DeploymentStatus, Signal, Verdict

ALERTING = "Alerting"


def telling(context: Context) -> tuple[SignalVerdict, ...]:
    standing = context.exposure is not None and context.exposure.standing
    return tuple(each for each in context.judged if standing or each.signal.action in TELLING)


def condition(context: Context, verdicts: tuple[Verdict, ...]) -> tuple[ConditionUpdate, ...]:
    """As the verdicts that are recorded say it: their numbers stand still where nothing turned."""
    if context.exposure is None:
        return carried_over(context.observed.status.conditions, (ALERTING,))
    signals = {each.signal.name: each.signal for each in telling(context)}
    if not signals:
        return ()
    failed = [verdict for verdict in verdicts if verdict.signal in signals and verdict.result == "Fail"]
    if not failed:
        return (false(ALERTING, "Quiet", f"none of {', '.join(signals)} fails"),)
    said = "; ".join(f"{verdict.signal}: {verdict.message}" for verdict in failed)
    return (true(ALERTING, _reason(signals[failed[0].signal]), clipped(said)),)


def events(context: Context, after: DeploymentStatus) -> tuple[Event, ...]:
    """A signal that only tells fails now, or no longer."""
    was = {verdict.signal: verdict.result for verdict in context.observed.status.verdicts}
    now = {verdict.signal: verdict for verdict in after.verdicts}
    found = []
    for each in telling(context):
        verdict = now[each.signal.name]
        said = clipped(f"{verdict.signal}: {verdict.message}")
        if verdict.result == "Fail" and was.get(verdict.signal) != "Fail":
            found.append(Event("Warning", _reason(each.signal), said))
        if verdict.result == "Pass" and was.get(verdict.signal) == "Fail":
            found.append(Event("Normal", "Recovered", said))
    return tuple(found)


def _reason(signal: Signal) -> str:
    return f"{signal.type}Breached"
