"""Gates: what a trained model must prove. A metric that isn't there is an error, never a pass."""

from collections.abc import Iterator
from math import isfinite

from colonnade.plan.common.conditions import ConditionUpdate, false, true, unknown
from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.modelversion.bounds import Bounds, judge_bounds, unmeasured
from colonnade.plan.modelversion.cel_gates import judge_cel, objection
from colonnade.plan.modelversion.evidence import by_hand, too_few
from colonnade.plan.modelversion.fairness import judge_fairness
from colonnade.plan.modelversion.footprint import judge_latency, judge_size
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade.plan.modelversion.regression import Allowance, absent, judge_regression
from colonnade_api import ApprovalState, Gate, GateVerdict, ModelVersionStatus
from colonnade_api.models.metrics import UnknownMetric, direction
from colonnade_api.models.ownmetrics import OwnMetric


def judge_gates(
    gates: tuple[Gate, ...], status: ModelVersionStatus, observed: ObservedModelVersion
) -> tuple[GateVerdict, ...]:
    """A verdict for each bound of each gate, in their order; none before the model is trained."""
    if status.digest is None:
        return ()
    return tuple(verdict for index, gate in enumerate(gates) for verdict in _judged(index, gate, status, observed))


def _judged(
    index: int, gate: Gate, status: ModelVersionStatus, observed: ObservedModelVersion
) -> Iterator[GateVerdict]:
    person = by_hand(observed.metadata.name)
    if gate.cel is not None:
        yield judge_cel(f"gates[{index}].cel", gate.cel, status)
    if gate.latency is not None:
        yield from judge_latency(gate.latency, status, Bounds(None, None, gate.bound or "Interval", person))
    if gate.size is not None:
        yield from judge_size(gate.size, status, person)
    if gate.fairness is not None:
        yield from judge_fairness(gate, status, Bounds(gate.min, gate.max, gate.bound or "Interval", person))
    if gate.metric is not None:
        yield from _bounded(gate.metric, status, Bounds(gate.min, gate.max, gate.bound or "Value", person))
    if gate.metric is not None and gate.max_regression is not None:
        yield _regressed(gate, gate.metric, gate.max_regression, status, observed)


def _regressed(
    gate: Gate, metric: str, slack: float, status: ModelVersionStatus, observed: ObservedModelVersion
) -> GateVerdict:
    try:
        better = direction(metric, _own_metrics(observed))
    except UnknownMetric as error:
        return GateVerdict(name=f"{metric}.maxRegression", verdict="Error", message=str(error))
    return judge_regression(Allowance(metric, better, slack, gate.bound), status, observed)


def _own_metrics(observed: ObservedModelVersion) -> tuple[OwnMetric, ...]:
    spec = observed.spec
    return () if isinstance(spec, InvalidSpec) or spec.training is None else spec.training.metrics or ()


def _bounded(name: str, status: ModelVersionStatus, bounds: Bounds) -> Iterator[GateVerdict]:
    metric = status.metrics.get(name)
    if metric is None or not isfinite(metric.value):
        return unmeasured(name, absent(name, status), bounds)
    if bounds.bound == "Value":
        return judge_bounds(name, metric, "", bounds)
    if metric.low is None:
        return unmeasured(name, f"{name} has no interval: train it again, or set bound: Value", bounds)
    held = status.held_out
    few = too_few(metric.n, held.rarer_class, held.groups) if held else too_few(metric.n, None)
    return judge_bounds(name, metric, few, bounds)


def left_open(verdicts: tuple[GateVerdict, ...]) -> bool:
    """Whether nothing speaks against the version but that some gates can't tell: a person may."""
    objections = {verdict.verdict for verdict in verdicts if verdict.verdict != "Pass"}
    return objections == {"Inconclusive"}


def validated(status: ModelVersionStatus, gates: tuple[Gate, ...]) -> ConditionUpdate:
    """Condition Validated: every gate passed, or someone who knew the bundle approved those that can't tell."""
    if status.digest is None:
        return unknown("Validated", "NotTrained", f"gates are judged once the model is trained{_early(gates)}")
    objections = [verdict for verdict in status.gates if verdict.verdict != "Pass"]
    if objections:
        said = "; ".join(f"{verdict.name}: {verdict.message}" for verdict in objections)
        return _objected(status, f"{len(objections)} of {len(status.gates)} gates: {said}")
    if not status.gates:
        return true("Validated", "NoGates", "spec.gates is empty: nothing is asked of the metrics")
    return true("Validated", "GatesPassed", "; ".join(verdict.message or verdict.name for verdict in status.gates))


def _early(gates: tuple[Gate, ...]) -> str:
    """What is known to be wrong before."""
    found = ((index, objection(gate.cel)) for index, gate in enumerate(gates) if gate.cel)
    return "".join(f"; spec.gates[{index}].cel: {why}" for index, why in found if why)


def _objected(status: ModelVersionStatus, said: str) -> ConditionUpdate:
    if any(verdict.verdict == "Fail" for verdict in status.gates):
        return false("Validated", "GateFailed", said)
    if not left_open(status.gates):
        return false("Validated", "GateUndecided", said)
    approval = status.approval
    if approval is None or approval.state != "Approved":
        return false("Validated", "GateInconclusive", said)
    if approval.digest == status.digest:
        return true("Validated", "ApprovedByHand", f"approved{_by(approval)} though {said}")
    early = f"approved{_by(approval)} before this bundle was made: approve again, with a reason that knows of it"
    return false("Validated", "GateInconclusive", f"{early}. {said}")


def _by(approval: ApprovalState) -> str:
    return f" by {approval.by}" if approval.by else ""
