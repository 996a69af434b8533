"""ErrorRate: the share of requests that failed, against `max`. Stable's own is shown, and decides nothing."""

from colonnade.formatting import percent, requests
from colonnade.signals.evidence import Comparison, Counts, SignalEvidence
from colonnade.signals.queries import COUNTERS
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.verdicts import by_counts, missing, shortfall
from colonnade_api import ErrorRateSignal, Verdict


def query(signal: ErrorRateSignal, about: About) -> str:
    return COUNTERS.query([about.deployment], about.window(signal))


def read(signal: ErrorRateSignal, about: About, seen: Seen) -> Reading:
    since = about.since(signal)
    own = seen.counted.failures(about.subject, since)
    if about.baseline is None:
        return own, None
    return own, Comparison(own, seen.counted.failures(about.baseline, since), query=query(signal, about))


def judge(signal: ErrorRateSignal, evidence: SignalEvidence) -> Verdict:
    limit = signal.max
    if not isinstance(evidence.own, Counts):
        return missing(signal, evidence.own)
    counts = evidence.own
    stable = _stable_rate(evidence)
    beside = f", stable {percent(stable)}" if stable is not None else ""
    result = by_counts(counts, limit, signal.min_samples)
    rate = counts.bad / counts.total if counts.total else 0.0
    words = f"{percent(rate)} of {requests(counts.total)} failed (limit {percent(limit)}{beside})"
    return Verdict(
        signal=signal.name,
        result=result,
        value=rate if counts.total else None,
        limit=limit,
        stable_value=stable,
        samples=counts.total,
        message=words + shortfall(result, counts, signal),
    )


def _stable_rate(evidence: SignalEvidence) -> float | None:
    stable = evidence.compared.stable if evidence.compared else None
    return stable.bad / stable.total if isinstance(stable, Counts) and stable.total else None
