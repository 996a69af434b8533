"""maxRegression: whether a version is worse than the one that served, on the same held-out rows."""

from math import isfinite
from typing import Literal

from colonnade.formatting import clipped, number
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade_api import ComparedMetric, ComparedRows, Comparison, Gate, GateVerdict, ModelVersionStatus
from colonnade_api.metrics import UnknownMetric, direction, worsening

FEWEST_ROWS = 50
FEWEST_OF_A_CLASS = 10
"""Fewer, and a bootstrapped interval no longer covers what it says: see docs/design/2026-11-29-same-rows.md."""


def judge_regression(
    gate: Gate, slack: float, status: ModelVersionStatus, observed: ObservedModelVersion
) -> GateVerdict:
    """By the comparison that the training Job made, whatever serves by now: a version doesn't lose its place when a
    better one serves later."""
    name = f"{gate.metric}.maxRegression"
    metric = status.metrics.get(gate.metric)
    if metric is None or not isfinite(metric.value):
        return GateVerdict(name=name, verdict="Error", message=absent(gate.metric, status))
    try:
        bound = slack if direction(gate.metric) == "minimize" else -slack
    except UnknownMetric as error:
        return GateVerdict(name=name, verdict="Error", message=str(error))
    comparison = status.comparison
    if comparison is None:
        return _uncompared(gate.metric, bound, status, observed)
    if not comparison.metrics:
        return GateVerdict(name=name, verdict="Error", bound=bound, message=comparison.message)
    return _judged(gate, slack, comparison).model_copy(update={"name": name, "bound": bound})


def _judged(gate: Gate, slack: float, comparison: Comparison) -> GateVerdict:
    """By all rows; where the one that served learnt from some of them, what they say in its favour proves nothing, and
    the rest decides."""
    scope = f" ({comparison.message.rstrip('.')})" if comparison.message else ""
    verdict = _by(gate, slack, comparison, f"on the same {comparison.rows:,} rows{scope}", comparison.model_version)
    if verdict.verdict == "Pass" or comparison.unseen is None:
        return verdict
    unseen = comparison.unseen
    which = f"on the {unseen.rows:,} of {comparison.rows:,} rows that it did not learn from"
    return _by(gate, slack, unseen, which, comparison.model_version)


def _by(gate: Gate, slack: float, rows: ComparedRows, which: str, serving: str) -> GateVerdict:
    compared = rows.metrics.get(gate.metric)
    few = _too_few(rows) if gate.bound != "Value" or compared is None else ""
    if compared is None:
        said = f"{gate.metric} can't be told {which}, where {serving} served{f': {few}' if few else ''}"
        return GateVerdict(name=gate.metric, verdict="Inconclusive" if few else "Error", n=rows.rows, message=said)
    verdict, more = ("Inconclusive", f": {few}; {WAY_OUT}") if few else _against(gate, slack, compared)
    figures = (
        f"{gate.metric} is {number(compared.value)}, that of {serving}, which served, {number(compared.serving)} "
        f"{which}: {_apart(gate.metric, compared)}"
    )
    return GateVerdict(
        name=gate.metric,
        verdict=verdict,
        value=compared.difference,
        low=compared.low,
        high=compared.high,
        n=rows.rows,
        message=clipped(f"{figures}, may be {number(slack)} worse{more}"),
    )


WAY_OUT = "hold out more rows, or set bound: Value to go by the difference alone"


def _against(gate: Gate, slack: float, compared: ComparedMetric) -> tuple[Literal["Pass", "Fail", "Inconclusive"], str]:
    least, most = sorted(worsening(gate.metric, end) for end in (compared.low, compared.high))
    if gate.bound == "Value":
        least = most = worsening(gate.metric, compared.difference)
    if most <= slack:
        return "Pass", ""
    if least > slack:
        return "Fail", ""
    return "Inconclusive", f": the interval reaches over that; {WAY_OUT}"


def _apart(metric: str, compared: ComparedMetric) -> str:
    worse = worsening(metric, compared.difference)
    apart = f"{number(abs(worse))} {'worse' if worse > 0 else 'better'}" if worse else "no difference"
    return f"{apart} (95 % interval of the difference {number(compared.low)} to {number(compared.high)})"


def _too_few(rows: ComparedRows) -> str:
    if rows.rows < FEWEST_ROWS:
        return f"{rows.rows:,} rows are too few to tell (at least {FEWEST_ROWS})"
    if rows.rarer_class is not None and rows.rarer_class < FEWEST_OF_A_CLASS:
        return f"{rows.rarer_class:,} rows of the rarer class are too few to tell (at least {FEWEST_OF_A_CLASS})"
    return ""


def _uncompared(metric: str, bound: float, status: ModelVersionStatus, observed: ObservedModelVersion) -> GateVerdict:
    """Nothing served when training began, or an older Colonnade trained it: what was settled then holds."""
    name = f"{metric}.maxRegression"
    same_spec = observed.status.observed_generation == observed.metadata.generation
    for verdict in observed.status.gates:
        if verdict.name == name and verdict.verdict in ("Pass", "Fail") and (same_spec or verdict.bound == bound):
            return verdict
    serving = observed.serving
    if serving is None or observed.metadata.name == serving.model_version or serving.digest == status.digest:
        said = (
            f"{metric} is {number(status.metrics[metric].value)}; no other version serves that it could be worse than"
        )
        return GateVerdict(name=name, verdict="Pass", bound=bound, message=said)
    said = (
        f"{serving.model_version}, which serves {serving.deployment}, did not when this version was trained: a Job "
        "makes it once more to compare the two; where that ends without a comparison, apply the spec under another name"
    )
    return GateVerdict(name=name, verdict="NoData", bound=bound, message=said)


def absent(metric: str, status: ModelVersionStatus) -> str:
    """That a version lacks a metric, and which it has."""
    known = ", ".join(sorted(status.metrics)) or "none"
    return clipped(f"there is no metric {metric}; the version has: {known}")
