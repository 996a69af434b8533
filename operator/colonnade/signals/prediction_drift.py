"""PredictionDrift: have scores moved away from those of the held-out rows?"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from colonnade.signals.evidence import Distributions, Evidence, Missing, SignalEvidence
from colonnade.signals.moved import FROZEN, NOW, THEN, ago, distributions, verdict
from colonnade.signals.pods import BY_SCORE, SCORES, SCORES_THEN, Asking, Told, beside_baseline
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.verdicts import missing
from colonnade_api import PredictionDriftSignal, Verdict

PREDICTIONS = "predictions"


def query(signal: PredictionDriftSignal, about: About) -> str:
    asking, before = Asking(about, signal), ago(signal, about)
    terms = [asking.added(SCORES, BY_SCORE, NOW), asking.frozen(SCORES_THEN, f"{BY_SCORE}, from", FROZEN)]
    earlier = [] if before is None else [asking.added(SCORES, BY_SCORE, THEN, before)]
    return asking.query(*terms, *earlier)


def read(signal: PredictionDriftSignal, about: About, seen: Seen) -> Reading:
    of = partial(_of, before=ago(signal, about))
    return beside_baseline(about, seen.numbers[signal.name], of, partial(query, signal, about))


def judge(signal: PredictionDriftSignal, evidence: SignalEvidence) -> Verdict:
    own = evidence.own
    if not isinstance(own, Distributions) or not own.each:
        return missing(signal, own)
    return verdict(signal, evidence, own.each, "")


def _of(told: Told | Missing, before: timedelta | None) -> Evidence:
    found = told if isinstance(told, Missing) else distributions(told, before, "the held-out rows")
    if isinstance(found, Missing):
        return found
    return replace(found, each=tuple(replace(one, name=PREDICTIONS) for one in found.each))
