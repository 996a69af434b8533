"""DataQuality: shares of rows without a value, or with one that training never saw, feature by feature."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from colonnade.formatting import clipped, count_of, duration, percent
from colonnade.signals.chosen import Unknown, choose
from colonnade.signals.evidence import Columns, Counts, Evidence, Missing, SignalEvidence, Values
from colonnade.signals.pods import (
    BINS,
    BY_FEATURE,
    MISSING,
    MISSING_THEN,
    OUTSIDE,
    REFERENCE,
    UNSEEN,
    Asking,
    Told,
    beside_baseline,
    by_feature,
)
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.verdicts import Result, by_counts, missing
from colonnade_api import DataQualitySignal, FeatureVerdict, Verdict
from colonnade_api.monitoring.moved import MOST_FEATURES

What = Literal["Missing", "Unseen", "OutOfRange"]
PRESENT_NOW, PRESENT_THEN, GONE_THEN = "now", "frozen", "missing_then"
HAVE = {"Missing": "have no value", "Unseen": "have a category", "OutOfRange": "lie beyond the extremes"}
OF_TRAINING = {"Missing": "", "Unseen": " that training never saw", "OutOfRange": " of training"}
WORST_FIRST = ("Fail", "Error", "InsufficientSamples", "Pass")
MOST_NAMED = 3


@dataclass(frozen=True)
class Check:
    """One share of one feature's rows, against its limit."""

    feature: str
    what: What
    counts: Counts
    limit: float
    result: Result

    @property
    def share(self) -> float:
        return self.counts.bad / self.counts.total if self.counts.total else 0.0


def query(signal: DataQualitySignal, about: About) -> str:
    asking = Asking(about, signal)
    return asking.query(
        asking.added(BINS, BY_FEATURE, PRESENT_NOW),
        *(asking.added(family, BY_FEATURE, family) for family in (MISSING, UNSEEN, OUTSIDE)),
        asking.frozen(MISSING_THEN, BY_FEATURE, GONE_THEN),
        asking.frozen(REFERENCE, "revision, feature, bin", PRESENT_THEN),
    )


def read(signal: DataQualitySignal, about: About, seen: Seen) -> Reading:
    return beside_baseline(about, seen.numbers[signal.name], _of, partial(query, signal, about))


def judge(signal: DataQualitySignal, evidence: SignalEvidence) -> Verdict:
    own = evidence.own
    if not isinstance(own, Columns):
        return missing(signal, own)
    chosen = choose(own.each, signal.features)
    if isinstance(chosen, Unknown):
        return Verdict(signal=signal.name, result="Error", message=chosen.message)
    if blind := _blind(signal, chosen):
        return Verdict(signal=signal.name, result="NoData", samples=own.rows, message=blind)
    found = checks(signal, chosen)
    worst = found[0]
    failed = [check for check in found if check.result == "Fail"]
    cause, why = _attribution(signal, failed, evidence)
    over = f"of {count_of(own.rows, 'row')} within {duration(signal.window)}"
    if failed:
        said = f"{'; '.join(map(_said, failed[:MOST_NAMED]))} {over}{why}"
    elif worst.result == "InsufficientSamples":
        said = f"{count_of(own.rows, 'row')} within {duration(signal.window)}{_waits_for(signal, worst)}"
    else:
        said = f"all limits are kept {over}; nearest: {_said(worst)}"
    return Verdict(
        signal=signal.name,
        result=worst.result,
        value=worst.share,
        limit=worst.limit,
        samples=own.rows,
        message=clipped(said),
        cause=cause,
        detail=tuple(map(_detail, found[:MOST_FEATURES])),
    )


def checks(signal: DataQualitySignal, chosen: Sequence[Values]) -> list[Check]:
    """Worst first. The proof that one needs grows with how many there are, so that all together err no more often."""
    asked = [each for one in chosen for each in _asked(signal, one)]
    found = [
        Check(name, what, counts, limit, by_counts(counts, limit, signal.min_samples, claims=len(asked)))
        for name, what, counts, limit in asked
    ]
    return sorted(found, key=lambda check: (WORST_FIRST.index(check.result), check.limit - check.share))


def _asked(signal: DataQualitySignal, one: Values) -> Iterator[tuple[str, What, Counts, float]]:
    if signal.max_missing_increase is not None:
        then = one.missing_then / one.rows_then if one.rows_then else 0.0
        yield one.name, "Missing", Counts(one.rows, one.missing), min(1.0, then + signal.max_missing_increase)
    if signal.max_unseen is not None and one.unseen is not None:
        yield one.name, "Unseen", Counts(one.rows, one.unseen), signal.max_unseen
    if signal.max_out_of_range is not None and one.outside is not None:
        yield one.name, "OutOfRange", Counts(one.rows, one.outside), signal.max_out_of_range


def _blind(signal: DataQualitySignal, chosen: Sequence[Values]) -> str:
    """The limit that nothing is held against, in words: it would pass in silence."""
    if signal.max_out_of_range is not None and all(one.outside is None for one in chosen):
        said = "maxOutOfRange: the bundle knows no extremes of these features"
        return f"{said}; train the version again, or leave the limit out"
    if signal.max_unseen is not None and all(one.unseen is None for one in chosen):
        return "maxUnseen: none of these features is a category whose values training could all name; leave it out"
    return ""


def _attribution(
    signal: DataQualitySignal, failed: Sequence[Check], evidence: SignalEvidence
) -> tuple[Literal["Upstream", "Candidate"] | None, str]:
    """What comes in is no doing of the model's, unless stable finds nothing amiss with the same requests."""
    if not failed:
        return None, ""
    source = f": {evidence.upstream}" if evidence.upstream else ""
    upstream = f"; look upstream{source}"
    stable = evidence.compared.stable if evidence.compared else None
    if not isinstance(stable, Columns) or stable.rows < signal.min_samples:
        return None, upstream
    amiss = {(check.feature, check.what) for check in checks(signal, stable.each) if check.share > check.limit}
    if all((check.feature, check.what) in amiss for check in failed):
        return "Upstream", f"; on stable too{upstream}"
    return "Candidate", "; not on stable: the candidate was trained on other values"


def _of(told: Told | Missing) -> Evidence:
    if isinstance(told, Missing):
        return told
    present, present_then = by_feature(told.counts(PRESENT_NOW)), by_feature(told.counts(PRESENT_THEN))
    gone, unseen, outside = (by_feature(told.counts(family)) for family in (MISSING, UNSEEN, OUTSIDE))
    gone_then = by_feature(told.counts(GONE_THEN))
    if not present or not present_then:
        return Missing("NoData", "the bundle says nothing of training's rows; only what Colonnade trained does")
    each = tuple(
        Values(
            name,
            rows=present[name] + gone.get(name, 0),
            missing=gone.get(name, 0),
            rows_then=present_then.get(name, 0) + gone_then.get(name, 0),
            missing_then=gone_then.get(name, 0),
            unseen=unseen.get(name),
            outside=outside.get(name),
        )
        for name in present
    )
    return Columns(each, max(one.rows for one in each), told.at)


def _said(check: Check) -> str:
    limit = f"limit {percent(check.limit)}"
    return f"{check.feature}: {percent(check.share)} {HAVE[check.what]}{OF_TRAINING[check.what]} ({limit})"


def _waits_for(signal: DataQualitySignal, worst: Check) -> str:
    if worst.counts.total < signal.min_samples:
        return f"; a pass needs {count_of(signal.min_samples, 'row')}"
    return f"; {_said(worst)}, over the limit, not yet proven"


def _detail(check: Check) -> FeatureVerdict:
    return FeatureVerdict.model_validate(
        {
            "feature": check.feature[:128],
            "what": check.what,
            "result": check.result,
            "value": round(check.share, 6),
            "limit": check.limit,
            "rows": check.counts.total,
        }
    )
