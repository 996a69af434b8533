"""The value of a query of the user's own."""

from math import isfinite

from colonnade.formatting import number, requests
from colonnade.signals.error_rate import missing, needs
from colonnade.signals.evidence import Sample, SignalEvidence
from colonnade_api import Signal, Verdict


def promql(signal: Signal, evidence: SignalEvidence) -> Verdict:
    """One finite number against `max` and `min`, once the revision had enough requests for it to mean something."""
    sample = evidence.own
    if not isinstance(sample, Sample):
        return missing(signal, sample)
    if not isfinite(sample.value):
        return Verdict(
            signal=signal.name,
            result="NoData",
            samples=sample.samples,
            message=f"the query gave {sample.value}, which is no number to judge",
        )
    samples = sample.samples or 0
    breached = _breached(signal, sample.value)
    limit = breached if breached is not None else signal.max if signal.max is not None else signal.min
    words = f"the query gave {number(sample.value)} over {requests(samples)} ({_limits(signal)})"
    if samples < signal.min_samples:
        words, result = f"{words}; {needs(signal)}", "InsufficientSamples"
    else:
        result = "Pass" if breached is None else "Fail"
    return Verdict.model_validate(
        {
            "signal": signal.name,
            "result": result,
            "value": sample.value,
            "limit": limit,
            "samples": samples,
            "message": words,
        }
    )


def _breached(signal: Signal, value: float) -> float | None:
    if signal.max is not None and value > signal.max:
        return signal.max
    if signal.min is not None and value < signal.min:
        return signal.min
    return None


def _limits(signal: Signal) -> str:
    lowest = [f"at least {number(signal.min)}"] if signal.min is not None else []
    highest = [f"at most {number(signal.max)}"] if signal.max is not None else []
    return ", ".join(lowest + highest)
