"""A quantile of the time that requests take, against a limit of its own and against stable's.

"The q-quantile is at most L" is a statement about counts: at most 1 - q of the requests are slower than L.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from colonnade.formatting import milliseconds, percent, requests
from colonnade.signals.counted import Counted
from colonnade.signals.evidence import Comparison, Counts, Evidence, Missing, SignalEvidence
from colonnade.signals.queries import DURATIONS
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.series import Series
from colonnade.signals.verdicts import Result, by_counts, missing, needs, shortfall
from colonnade_api import LatencySignal, Verdict

WORST_FIRST = ("Fail", "Error", "NoData", "InsufficientSamples", "Pass")


UNLIMITED = Missing("NoData", "the signal has no maxDuration")


def query(signal: LatencySignal, about: About) -> str:
    return _query_of(about.subject, signal, about)


def read(signal: LatencySignal, about: About, seen: Seen) -> Reading:
    if isinstance(seen.durations, Missing):
        return seen.durations, None
    tries = _Tries(signal, seen.counted, seen.durations, about.since(signal))
    own: Evidence = UNLIMITED
    if signal.max_duration is not None:
        own = tries.slower(about.subject, signal.max_duration)
    return own, _compared(signal, about, tries)


def _compared(signal: LatencySignal, about: About, tries: "_Tries") -> Comparison | None:
    """Both by stable's own quantile, times what the signal allows."""
    if about.baseline is None or signal.max_ratio is None:
        return None
    asked, usual = _query_of(about.baseline, signal, about), tries.quantile(about.baseline)
    if isinstance(usual, Missing):
        return Comparison(usual, usual, query=asked)
    limit = timedelta(seconds=usual * signal.max_ratio)
    return Comparison(
        candidate=tries.slower(about.subject, limit),
        stable=tries.slower(about.baseline, limit),
        limit=limit.total_seconds(),
        query=asked,
    )


@dataclass(frozen=True)
class _Tries:
    signal: LatencySignal
    counted: Counted
    durations: Sequence[Series]
    since: datetime

    def slower(self, revision: str, limit: timedelta) -> Counts | Missing:
        return self.counted.slower(self.durations, revision, limit, self.signal.quantile, self.since)

    def quantile(self, revision: str) -> float | Missing:
        return self.counted.quantile(self.durations, revision, self.signal.quantile, self.since)


def _query_of(revision: str, signal: LatencySignal, about: About) -> str:
    return DURATIONS.query([about.deployment], about.window(signal), [revision])


def judge(signal: LatencySignal, evidence: SignalEvidence) -> Verdict:
    """The worse of two verdicts: by maxDuration, and by maxRatio against stable over the same time.

    Where the revision takes every request there is no stable beside it: then maxDuration alone decides, and without
    it there is NoData.
    """
    verdicts = []
    if signal.max_duration is not None:
        verdicts.append(_own(signal, evidence, signal.max_duration.total_seconds()))
    if signal.max_ratio is not None and (evidence.compared or not verdicts):
        verdicts.append(_beside_stable(signal, evidence))
    if not verdicts:
        return Verdict(signal=signal.name, result="Error", message="the signal has neither maxDuration nor maxRatio")
    return min(verdicts, key=lambda verdict: WORST_FIRST.index(verdict.result))


def _own(signal: LatencySignal, evidence: SignalEvidence, limit: float) -> Verdict:
    if not isinstance(evidence.own, Counts):
        return missing(signal, evidence.own)
    compared = evidence.compared
    stable = compared.stable.value if compared and isinstance(compared.stable, Counts) else None
    return _verdict(signal, evidence.own, limit, stable, f"limit {milliseconds(limit)}")


def _beside_stable(signal: LatencySignal, evidence: SignalEvidence) -> Verdict:
    compared = evidence.compared
    if compared is None:
        return Verdict(
            signal=signal.name,
            result="NoData",
            message="there is no stable revision beside it to compare with; set maxDuration too",
        )
    if not isinstance(compared.candidate, Counts):
        return missing(signal, compared.candidate)
    if not isinstance(compared.stable, Counts):
        return missing(signal, compared.stable)
    if compared.limit is None:
        return Verdict(signal=signal.name, result="Error", message="stable's own quantile is not known")
    if compared.stable.total < signal.min_samples:
        said = f"stable had {requests(compared.stable.total)} to compare with; {needs(signal)}"
        return Verdict(
            signal=signal.name,
            result="InsufficientSamples",
            samples=compared.candidate.total,
            limit=compared.limit,
            message=said,
        )
    words = f"limit {milliseconds(compared.limit)}, {signal.max_ratio:g} times stable's"
    return _verdict(signal, compared.candidate, compared.limit, compared.stable.value, words)


def _verdict(signal: LatencySignal, counts: Counts, limit: float, stable: float | None, limit_words: str) -> Verdict:
    allowed = 1 - signal.quantile
    result: Result = by_counts(counts, allowed, signal.min_samples)
    rate = counts.bad / counts.total if counts.total else 0.0
    value = f", p{signal.quantile * 100:g} {milliseconds(counts.value)}" if counts.value is not None else ""
    beside = f", stable {milliseconds(stable)}" if stable is not None else ""
    words = (
        f"{percent(rate)} of {requests(counts.total)} took longer than {milliseconds(limit)}, {percent(allowed)} may"
        f"{value} ({limit_words}{beside})"
    )
    return Verdict(
        signal=signal.name,
        result=result,
        value=counts.value,
        limit=limit,
        stable_value=stable,
        samples=counts.total,
        message=words + shortfall(result, counts, signal),
    )
