"""maxRegression: whether a version is worse than the one that served, on the same held-out rows."""

from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Literal

from colonnade.formatting import clipped, number
from colonnade.plan.modelversion.evidence import Decision, by_hand, too_few, within
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade_api import ComparedMetric, ComparedRows, Comparison, GateVerdict, ModelVersionStatus
from colonnade_api.models.metrics import Direction, worsening


@dataclass(frozen=True)
class Allowance:
    """By how much a metric may be worse than that of the version that served, and what decides: a gate's
    maxRegression and bound."""

    metric: str
    direction: Direction
    slack: float
    bound: Literal["Interval", "Value"] | None


@dataclass(frozen=True)
class Serving:
    """The version that served, by name, and what a person does where nothing can be told."""

    name: str
    person: str


def judge_regression(asked: Allowance, status: ModelVersionStatus, observed: ObservedModelVersion) -> GateVerdict:
    """By the comparison that the training Job made, whatever serves by now: a version doesn't lose its place when a
    better one serves later."""
    name = f"{asked.metric}.maxRegression"
    metric = status.metrics.get(asked.metric)
    if metric is None or not isfinite(metric.value):
        return GateVerdict(name=name, verdict="Error", message=absent(asked.metric, status))
    bound = asked.slack if asked.direction == "minimize" else -asked.slack
    comparison = status.comparison
    if comparison is None:
        return _uncompared(asked.metric, bound, status, observed)
    if not comparison.metrics:
        return GateVerdict(name=name, verdict="Error", bound=bound, message=comparison.message)
    return _judged(asked, comparison, observed.metadata.name).model_copy(update={"name": name, "bound": bound})


def _judged(asked: Allowance, comparison: Comparison, name: str) -> GateVerdict:
    """By all rows; where the one that served learnt from some of them, what they say in its favour proves nothing, and
    the rest decides."""
    scope = f" ({comparison.message.rstrip('.')})" if comparison.message else ""
    judge = partial(_by, asked, Serving(comparison.model_version, by_hand(name)))
    verdict = judge(comparison, f"on the same {comparison.rows:,} rows{scope}")
    if verdict.verdict == "Pass" or comparison.unseen is None:
        return verdict
    unseen = comparison.unseen
    which = f"on the {unseen.rows:,} of {comparison.rows:,} rows that it did not learn from"
    return judge(unseen, which)


def _by(asked: Allowance, serving: Serving, rows: ComparedRows, which: str) -> GateVerdict:
    compared = rows.metrics.get(asked.metric)
    few = too_few(rows.rows, rows.rarer_class, rows.groups) if asked.bound != "Value" or compared is None else ""
    if compared is None:
        why = f": {few}; hold out more rows, {serving.person}" if few else ""
        said = f"{asked.metric} can't be told {which}, where {serving.name} served{why}"
        return GateVerdict(name=asked.metric, verdict="Inconclusive" if few else "Error", n=rows.rows, message=said)
    decided = "Inconclusive" if few else _against(asked, compared)
    why = f": {few or 'the interval reaches over that'}; {WAY_OUT}, {serving.person}"
    more = why if decided == "Inconclusive" else ""
    figures = (
        f"{asked.metric} is {number(compared.value)}, that of {serving.name}, which served, {number(compared.serving)} "
        f"{which}: {_apart(asked.direction, compared)}"
    )
    return GateVerdict(
        name=asked.metric,
        verdict=decided,
        value=compared.difference,
        low=compared.low,
        high=compared.high,
        n=rows.rows,
        message=clipped(f"{figures}, may be {number(asked.slack)} worse{more}"),
    )


WAY_OUT = "hold out more rows, set bound: Value to go by the difference alone"


def _against(asked: Allowance, compared: ComparedMetric) -> Decision:
    if asked.bound == "Value":
        return "Pass" if worsening(asked.direction, compared.difference) <= asked.slack else "Fail"
    least, most = sorted(worsening(asked.direction, end) for end in (compared.low, compared.high))
    return within(least, most, None, asked.slack)


def _apart(better: Direction, compared: ComparedMetric) -> str:
    worse = worsening(better, compared.difference)
    apart = f"{number(abs(worse))} {'worse' if worse > 0 else 'better'}" if worse else "no difference"
    return f"{apart} (95 % interval of the difference {number(compared.low)} to {number(compared.high)})"


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
