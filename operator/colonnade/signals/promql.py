"""The value of a query of the user's own."""

from math import isfinite

from colonnade.formatting import number, requests
from colonnade.signals.evidence import Missing, Sample, SignalEvidence
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.verdicts import missing, needs
from colonnade_api import PromQLSignal, Verdict, format_duration


def query(signal: PromQLSignal, about: About) -> str:
    """The user's, with what its {{names}} stand for."""
    filled = {
        "revision": about.subject,
        "stable": about.baseline or "",
        "deployment": about.deployment.name,
        "namespace": about.deployment.namespace,
        "window": format_duration(signal.window),
    }
    asked = signal.query
    for name, value in filled.items():
        asked = asked.replace(f"{{{{{name}}}}}", value)
    return asked


def read(signal: PromQLSignal, about: About, seen: Seen) -> Reading:
    number = seen.numbers[signal.name]
    if isinstance(number, Missing):
        return number, None
    if len(number) != 1 or not number[0].samples:
        said = f"{signal.name}: the query gives {len(number)} series where one number is wanted"
        hint = f"{said}; aggregate it, such as sum(...)"
        return (Missing("Error", hint) if number else Missing("NoData", said)), None
    had = seen.counted.failures(about.subject, about.since(signal))
    return Sample(number[0].samples[-1][1], None if isinstance(had, Missing) else had.total), None


def judge(signal: PromQLSignal, evidence: SignalEvidence) -> Verdict:
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


def _breached(signal: PromQLSignal, value: float) -> float | None:
    if signal.max is not None and value > signal.max:
        return signal.max
    if signal.min is not None and value < signal.min:
        return signal.min
    return None


def _limits(signal: PromQLSignal) -> str:
    lowest = [f"at least {number(signal.min)}"] if signal.min is not None else []
    highest = [f"at most {number(signal.max)}"] if signal.max is not None else []
    return ", ".join(lowest + highest)
