"""FeatureDrift: have values moved away from those that training saw?"""

from datetime import timedelta
from functools import partial

from colonnade.signals.chosen import Unknown, choose
from colonnade.signals.evidence import Distributions, Evidence, Missing, SignalEvidence
from colonnade.signals.moved import FROZEN, NOW, THEN, ago, distributions, verdict, with_missing
from colonnade.signals.pods import (
    BINS,
    BY_BIN,
    BY_FEATURE,
    MISSING,
    MISSING_THEN,
    REFERENCE,
    Asking,
    Told,
    beside_baseline,
    by_feature,
)
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.verdicts import missing
from colonnade_api import FeatureDriftSignal, Verdict

NO_VALUE_NOW, NO_VALUE_THEN = "missing", "missing_then"


def query(signal: FeatureDriftSignal, about: About) -> str:
    asking, before = Asking(about, signal), ago(signal, about)
    terms = [
        asking.added(BINS, BY_BIN, NOW),
        asking.added(MISSING, BY_FEATURE, NO_VALUE_NOW),
        asking.frozen(REFERENCE, f"{BY_BIN}, from", FROZEN),
    ]
    if before is None:
        return asking.query(*terms, asking.frozen(MISSING_THEN, BY_FEATURE, NO_VALUE_THEN))
    earlier = asking.added(BINS, BY_BIN, THEN, before), asking.added(MISSING, BY_FEATURE, NO_VALUE_THEN, before)
    return asking.query(*terms, *earlier)


def read(signal: FeatureDriftSignal, about: About, seen: Seen) -> Reading:
    of = partial(_of, before=ago(signal, about))
    return beside_baseline(about, seen.numbers[signal.name], of, partial(query, signal, about))


def judge(signal: FeatureDriftSignal, evidence: SignalEvidence) -> Verdict:
    own = evidence.own
    if not isinstance(own, Distributions):
        return missing(signal, own)
    chosen = choose(own.each, signal.features)
    if isinstance(chosen, Unknown):
        return Verdict(signal=signal.name, result="Error", message=chosen.message)
    return verdict(signal, evidence, chosen, "feature")


def _of(told: Told | Missing, before: timedelta | None) -> Evidence:
    if isinstance(told, Missing):
        return told
    found = distributions(told, before, "training")
    if isinstance(found, Missing):
        return found
    return with_missing(found, by_feature(told.counts(NO_VALUE_THEN)), by_feature(told.counts(NO_VALUE_NOW)))
