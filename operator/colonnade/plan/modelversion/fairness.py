"""Fairness gates: whether groups are treated alike enough, where each is large enough to tell."""

from collections.abc import Iterator

from colonnade.formatting import clipped
from colonnade.plan.modelversion.bounds import MORE_ROWS, Bounds, judge_bounds, unmeasured
from colonnade_api import Gate, GateVerdict, ModelVersionStatus, SensitiveColumn


def judge_fairness(gate: Gate, status: ModelVersionStatus, bounds: Bounds) -> Iterator[GateVerdict]:
    """A verdict for min and one for max.

    A group that is too small decides nothing: the others may break the bound without it, since one group more can only
    set the extremes farther apart; where they keep it, the gate is Inconclusive.
    """
    subject = f"{gate.sensitive}.{gate.fairness}"
    of = next((column for column in status.fairness if column.column == gate.sensitive), None)
    if of is None or gate.fairness is None:
        return unmeasured(subject, f"no groups of {gate.sensitive} were counted when it was trained", bounds)
    measured, small = of.metrics.get(gate.fairness), of.small.get(gate.fairness, "")
    if measured is None and not small:
        return unmeasured(subject, f"{subject} can't be told: {_one_group(of)}", bounds)
    if measured is None:
        return _untold(subject, f"{_too_small(of, small)}; {MORE_ROWS}, {bounds.person}", bounds)
    verdicts = judge_bounds(subject, measured, "", bounds)
    return (_without_small(verdict, _too_small(of, small), bounds) if small else verdict for verdict in verdicts)


def _untold(subject: str, why: str, bounds: Bounds) -> Iterator[GateVerdict]:
    for side, bound in bounds.given():
        said = clipped(f"{subject} can't be told: {why}")
        yield GateVerdict(name=f"{subject}.{side}", verdict="Inconclusive", bound=bound, message=said)


def _without_small(verdict: GateVerdict, too_small: str, bounds: Bounds) -> GateVerdict:
    if verdict.verdict == "Fail":
        return verdict
    if verdict.verdict == "Inconclusive":
        return verdict.model_copy(update={"message": clipped(f"{verdict.message}; {too_small}")})
    said = f"{verdict.message} without groups that are too small to tell: {too_small}; {MORE_ROWS}, {bounds.person}"
    return verdict.model_copy(update={"verdict": "Inconclusive", "message": clipped(said)})


def _too_small(of: SensitiveColumn, small: str) -> str:
    return f"{small} (at least {of.min_group_size:,})"


def _one_group(of: SensitiveColumn) -> str:
    return f"all held-out rows are of one group of {of.column}"
