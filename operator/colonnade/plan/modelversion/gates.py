"""Gates: bounds that a trained model's metrics must keep. A metric that isn't there is an error, never a pass."""

from math import isfinite
from typing import Literal

from colonnade.formatting import clipped, number
from colonnade.plan.common.conditions import ConditionUpdate, false, true, unknown
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade_api import Gate, GateVerdict, ModelVersionStatus

SMALLER_IS_BETTER = frozenset(
    {"log_loss", "brier", "brier_score", "brier_score_loss", "rmse", "mse", "mae", "mape", "median_absolute_error"}
)


def judge_gates(
    gates: tuple[Gate, ...], status: ModelVersionStatus, observed: ObservedModelVersion
) -> tuple[GateVerdict, ...]:
    """A verdict for each bound of each gate, in their order; none before the model is trained.

    A comparison with what serves is settled once for a spec: a version must not lose its place when a better one
    serves later.
    """
    if status.digest is None:
        return ()
    same_spec = observed.status.observed_generation == observed.metadata.generation
    settled = {verdict.name: verdict for verdict in observed.status.gates if verdict.verdict in ("Pass", "Fail")}
    verdicts = []
    for gate in gates:
        if gate.min is not None:
            verdicts.append(_bounded(gate, "min", gate.min, status))
        if gate.max is not None:
            verdicts.append(_bounded(gate, "max", gate.max, status))
        if gate.max_regression is not None:
            name = f"{gate.metric}.maxRegression"
            known = settled.get(name) if same_spec else None
            verdicts.append(known or _compared(gate, gate.max_regression, status, observed))
    return tuple(verdicts)


def _bounded(gate: Gate, side: Literal["min", "max"], bound: float, status: ModelVersionStatus) -> GateVerdict:
    name = f"{gate.metric}.{side}"
    metric = status.metrics.get(gate.metric)
    if metric is None or not isfinite(metric.value):
        return GateVerdict(name=name, verdict="Error", bound=bound, message=_absent(gate.metric, status))
    kept = metric.value >= bound if side == "min" else metric.value <= bound
    limit = f"at {'least' if side == 'min' else 'most'} {number(bound)}"
    return GateVerdict(
        name=name,
        verdict="Pass" if kept else "Fail",
        value=metric.value,
        bound=bound,
        message=f"{gate.metric} is {number(metric.value)} ({limit})",
    )


def _compared(gate: Gate, slack: float, status: ModelVersionStatus, observed: ObservedModelVersion) -> GateVerdict:
    name = f"{gate.metric}.maxRegression"
    metric = status.metrics.get(gate.metric)
    if metric is None or not isfinite(metric.value):
        return GateVerdict(name=name, verdict="Error", message=_absent(gate.metric, status))
    serving = observed.serving
    if serving is None or serving.model_version == observed.metadata.name:
        said = f"{gate.metric} is {number(metric.value)}; no other version serves that it could be worse than"
        return GateVerdict(name=name, verdict="Pass", value=metric.value, message=said)
    other = serving.metrics.get(gate.metric)
    if other is None or not isfinite(other):
        said = f"{serving.model_version}, which serves, has no metric {gate.metric} to compare with"
        return GateVerdict(name=name, verdict="Error", value=metric.value, message=said)
    smaller = gate.metric in SMALLER_IS_BETTER
    bound = other + slack if smaller else other - slack
    kept = metric.value <= bound if smaller else metric.value >= bound
    said = (
        f"{gate.metric} is {number(metric.value)}, {serving.model_version} has {number(other)} "
        f"(at {'most' if smaller else 'least'} {number(bound)})"
    )
    return GateVerdict(name=name, verdict="Pass" if kept else "Fail", value=metric.value, bound=bound, message=said)


def _absent(metric: str, status: ModelVersionStatus) -> str:
    known = ", ".join(sorted(status.metrics)) or "none"
    return clipped(f"there is no metric {metric}; the version has: {known}")


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
