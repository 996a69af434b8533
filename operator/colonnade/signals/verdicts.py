"""What verdicts of every type share: the result of counts, and the words for what is missing."""

from typing import Literal

from colonnade.formatting import clipped, duration, requests
from colonnade.signals.evidence import Counts, Missing
from colonnade.statistics.sequential import PROOF, evidence_against
from colonnade_api import Signal, Verdict

Result = Literal["Pass", "Fail", "InsufficientSamples", "NoData", "Error"]


def by_counts(counts: Counts, limit: float, min_samples: int, claims: int = 1) -> Result:
    """Fail when the rate is proven to lie over the limit, at any number of samples; Pass when enough samples lie
    within it.

    claims: how many rates are judged together, each of which could be wrong.
    """
    if not 0 <= counts.bad <= counts.total:
        return "Error"
    if evidence_against(limit, counts.bad, counts.total) >= PROOF * claims:
        return "Fail"
    if counts.total >= max(1, min_samples) and counts.bad <= limit * counts.total:
        return "Pass"
    return "InsufficientSamples"


def shortfall(result: Result, counts: Counts, signal: Signal) -> str:
    """What an undecided verdict waits for."""
    if result == "Error":
        return f"; {counts.bad} bad of {counts.total} can't be"
    if result != "InsufficientSamples":
        return ""
    if counts.total < signal.min_samples:
        return f"; a pass needs {enough(signal)}"
    return "; over the limit, not yet proven"


def needs(signal: Signal) -> str:
    """Where fewer requests can prove nothing, not even a breach."""
    return f"a verdict needs {enough(signal)}"


def enough(signal: Signal) -> str:
    return f"{requests(signal.min_samples)} within {duration(signal.window)}"


def missing(signal: Signal, evidence: object) -> Verdict:
    """Nothing was measured, or something of another kind than the signal asks for."""
    if isinstance(evidence, Missing):
        result: Result = "Error" if evidence.reason == "Error" else "NoData"
        return Verdict(signal=signal.name, result=result, message=clipped(evidence.message))
    return Verdict(
        signal=signal.name, result="Error", message=f"{type(evidence).__name__} is no evidence for {signal.type}"
    )
