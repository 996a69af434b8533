"""EstimatedQuality: how good are answers likely to be, while labels are yet to come?

The rows of each score bin are right as often as they were on held-out rows; how far that may be off was measured there,
on slices (`jobs/colonnade_jobs/training/judging/estimating.py`).
"""

from functools import partial
from math import sqrt

from colonnade.formatting import clipped, count_of, duration, number, percent
from colonnade.signals.evidence import Evidence, Missing, Scored, SignalEvidence
from colonnade.signals.limits import Limit, at_least, worst
from colonnade.signals.moved import FROZEN, NOW, distributions
from colonnade.signals.pods import (
    BINS,
    BY_BIN,
    BY_FEATURE,
    BY_SCORE,
    HELD_OUT,
    OFF,
    OUTSIDE,
    REFERENCE,
    RIGHT,
    SCORES,
    SCORES_THEN,
    UNSEEN,
    Asking,
    Told,
    beside_baseline,
    by_feature,
)
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.verdicts import missing
from colonnade.statistics.intervals import Estimate, difference, of_known
from colonnade.statistics.stability import stability_index
from colonnade_api import EstimatedQualitySignal, Verdict

TOO_FAR = 0.05
"""The share of rows beyond what training saw of a feature from which on nobody knows what a score means,"""
DRIFTED = 0.25
"""and the stability index of a feature, by the rule of thumb a shift that matters: scores that were right as often on
each slice of last winter were not in December, when pressure and humidity lay otherwise (docs/serving/quality.md)."""


def query(signal: EstimatedQualitySignal, about: About) -> str:
    asking = Asking(about, signal)
    return asking.query(
        asking.added(SCORES, BY_SCORE, SCORES),
        asking.frozen(SCORES_THEN, BY_SCORE, SCORES_THEN),
        asking.frozen(RIGHT, BY_SCORE, RIGHT),
        asking.frozen(OFF, "revision, metric", OFF),
        asking.frozen(HELD_OUT, "revision, metric, of", HELD_OUT),
        asking.added(BINS, BY_BIN, NOW),
        asking.frozen(REFERENCE, f"{BY_BIN}, from", FROZEN),
        *(asking.added(family, BY_FEATURE, family) for family in (UNSEEN, OUTSIDE)),
    )


def read(signal: EstimatedQualitySignal, about: About, seen: Seen) -> Reading:
    return beside_baseline(about, seen.numbers[signal.name], _of, partial(query, signal, about))


def judge(signal: EstimatedQualitySignal, evidence: SignalEvidence) -> Verdict:
    own = evidence.own
    if not isinstance(own, Scored):
        return missing(signal, own)
    rows = sum(own.now)
    over = f"{count_of(rows, 'row')} within {duration(signal.window)}"
    found = {"signal": signal.name, "samples": rows}
    if rows < signal.min_samples:
        said = f"{over}; a verdict needs {count_of(signal.min_samples, 'row')}"
        return Verdict.model_validate(found | {"result": "InsufficientSamples", "message": said})
    estimate = estimated(own)
    about = f"accuracy is estimated at {number(estimate.value)}, give or take {number(own.error)}, over {over}"
    if too_far := _too_far(own):
        said = f"{about}, but {too_far}: too far from training to tell"
        found |= {"result": "InsufficientSamples", "value": estimate.value}
        return Verdict.model_validate(found | {"message": clipped(said)})
    if signal.max_regression is not None and own.accuracy is None:
        said = "maxRegression: this model's bundle has no held-out accuracy; train it again, or give min"
        return Verdict.model_validate(found | {"result": "NoData", "message": said})
    deciding, result = worst(_limits(signal, own, estimate), enough=True)
    beside = evidence.compared.stable if evidence.compared else None
    waits = "; beyond it by less than the estimate may be off" if result == "InsufficientSamples" else ""
    return Verdict.model_validate(
        found
        | {
            "result": result,
            "value": estimate.value,
            "limit": deciding.shown,
            "stable_value": estimated(beside).value if isinstance(beside, Scored) and any(beside.now) else None,
            "message": clipped(f"{about} ({deciding.words}){waits}"),
        }
    )


def _too_far(own: Scored) -> str:
    """Why scores may mean something else than on held-out rows."""
    (feature, share), (moved, index) = own.beyond, own.drifted
    if share > TOO_FAR:
        return f"{percent(share)} of them lie beyond what training saw of {feature}"
    return f"{moved} has moved (PSI {number(round(index, 3))})" if index >= DRIFTED else ""


def estimated(own: Scored) -> Estimate:
    """Accuracy. Its interval is that of so many rows, wider by what such an estimate was off. own: with rows."""
    overall = sum(own.right) / sum(own.then)
    shares = [right / then if then else overall for right, then in zip(own.right, own.then, strict=True)]
    rows = sum(own.now)
    value = sum(count * share for count, share in zip(own.now, shares, strict=True)) / rows
    spread = sum(count * (share - value) ** 2 for count, share in zip(own.now, shares, strict=True)) / rows

    def interval(z: float) -> tuple[float, float]:
        half = own.error + z * sqrt(spread / rows)
        return value - half, value + half

    return Estimate(value, interval)


def _limits(signal: EstimatedQualitySignal, own: Scored, estimate: Estimate) -> list[Limit]:
    found = [at_least(estimate, signal.min)] if signal.min is not None else []
    if signal.max_regression is None or own.accuracy is None:
        return found
    held_out, allowed = of_known(*own.accuracy), signal.max_regression
    words = f"held-out rows {number(held_out.value)}, may be lower by {number(allowed)}"
    worse = difference(held_out, estimate)
    return [*found, Limit(worse, allowed, held_out.value - allowed, words)]


def _of(told: Told | Missing) -> Evidence:
    if isinstance(told, Missing):
        return told
    now, then, right = (told.values(family, "bin") for family in (SCORES, SCORES_THEN, RIGHT))
    off = told.values(OFF, "metric").get(("accuracy",))
    if not right or off is None or not now:
        said = "this model's bundle has no calibration of its scores: a classifier that Colonnade trains has, from 200"
        return Missing("NoData", f"{said} held-out rows on; train it again")
    bins = sorted(then, key=lambda key: int(key[0]))
    counted, held, correct = (tuple(round(each.get(key, 0)) for key in bins) for each in (now, then, right))
    return Scored(
        counted,
        held,
        correct,
        off,
        _beyond(told),
        _drifted(told),
        told.held_out("accuracy"),
        told.at,
    )


def _beyond(told: Told) -> tuple[str, float]:
    """Of the feature that has most rows beyond what training saw."""
    rows = by_feature(told.counts(NOW))
    beyond = by_feature(
        {(name, family): n for family in (UNSEEN, OUTSIDE) for (name, _), n in told.counts(family).items()}
    )
    shares = [(count / rows[name], name) for name, count in beyond.items() if rows.get(name)]
    share, name = max(shares, default=(0.0, ""))
    return name, share


def _drifted(told: Told) -> tuple[str, float]:
    """The feature that moved most, and its stability index."""
    found = distributions(told, None, "training")
    each = () if isinstance(found, Missing) else found.each
    moved = [(stability_index(one.then, one.now).index, one.name) for one in each if any(one.then) and any(one.now)]
    index, name = max(moved, default=(0.0, ""))
    return name, index
