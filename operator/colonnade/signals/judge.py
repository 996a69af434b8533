"""What one signal of a MonitorPolicy says about a revision."""

from dataclasses import dataclass

from colonnade.signals.evidence import SignalEvidence
from colonnade.signals.registry import type_of
from colonnade_api import Signal, Verdict

LONGEST_QUERY = 4096


TELLING = ("Alert", "Retrain")
"""Actions that no rollout waits for."""


@dataclass(frozen=True)
class SignalVerdict:
    """A verdict beside the signal that asked for it."""

    signal: Signal
    verdict: Verdict


def judge_all(signals: tuple[Signal, ...], evidence: tuple[SignalEvidence, ...]) -> tuple[SignalVerdict, ...]:
    """One verdict for each signal of the policy, in its order; what nobody measured is NoData."""
    known = {each.signal: each for each in evidence}
    return tuple(SignalVerdict(signal, judge(signal, known.get(signal.name))) for signal in signals)


def judge(signal: Signal, evidence: SignalEvidence | None) -> Verdict:
    """The verdict on one signal, with value, limit, samples and query."""
    if evidence is None:
        return Verdict(signal=signal.name, result="NoData", message="nothing was measured yet")
    judged = type_of(signal).judge(signal, evidence)
    query = evidence.query[:LONGEST_QUERY] or None
    return judged.model_copy(update={"query": query, "at": evidence.at})
