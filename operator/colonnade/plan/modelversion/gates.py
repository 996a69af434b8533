"""Gates: bounds that a trained model's metrics must keep. A metric that isn't there is an error, never a pass."""

from math import isfinite
from typing import Literal

from colonnade.formatting import number
from colonnade.plan.common.conditions import ConditionUpdate, false, true, unknown
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade.plan.modelversion.regression import absent, judge_regression
from colonnade_api import Gate, GateVerdict, ModelVersionStatus


def judge_gates(
    gates: tuple[Gate, ...], status: ModelVersionStatus, observed: ObservedModelVersion
) -> tuple[GateVerdict, ...]:
    """A verdict for each bound of each gate, in their order; none before the model is trained."""
    if status.digest is None:
        return ()
    verdicts = []
    for gate in gates:
        if gate.min is not None:
            verdicts.append(_bounded(gate, "min", gate.min, status))
        if gate.max is not None:
            verdicts.append(_bounded(gate, "max", gate.max, status))
        if gate.max_regression is not None:
            verdicts.append(judge_regression(gate, gate.max_regression, status, observed))
    return tuple(verdicts)


def _bounded(gate: Gate, side: Literal["min", "max"], bound: float, status: ModelVersionStatus) -> GateVerdict:
    name = f"{gate.metric}.{side}"
    metric = status.metrics.get(gate.metric)
    if metric is None or not isfinite(metric.value):
        return GateVerdict(name=name, verdict="Error", bound=bound, message=absent(gate.metric, status))
    kept = metric.value >= bound if side == "min" else metric.value <= bound
    limit = f"at {'least' if side == 'min' else 'most'} {number(bound)}"
    return GateVerdict(
        name=name,
        verdict="Pass" if kept else "Fail",
        value=metric.value,
        low=metric.low,
        high=metric.high,
        n=metric.n,
        bound=bound,
        message=f"{gate.metric} is {number(metric.value)} ({limit})",
    )


def validated(status: ModelVersionStatus) -> ConditionUpdate:
    """Condition Validated: every gate passed."""
    if status.digest is None:
        return unknown("Validated", "NotTrained", "gates are judged once the model is trained")
    objections = [verdict for verdict in status.gates if verdict.verdict != "Pass"]
    if objections:
        reason = "GateFailed" if any(verdict.verdict == "Fail" for verdict in objections) else "GateUndecided"
        said = "; ".join(f"{verdict.name}: {verdict.message}" for verdict in objections)
        return false("Validated", reason, f"{len(objections)} of {len(status.gates)} gates: {said}")
    if not status.gates:
        return true("Validated", "NoGates", "spec.gates is empty: nothing is asked of the metrics")
    return true("Validated", "GatesPassed", "; ".join(verdict.message or verdict.name for verdict in status.gates))
