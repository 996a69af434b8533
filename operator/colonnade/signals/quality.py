"""Quality: how good were the answers that have their label by now?"""

from collections.abc import Mapping
from functools import partial
from typing import Literal

from colonnade.formatting import clipped, count_of, duration, number, percent
from colonnade.signals.evidence import Evidence, Labelled, Missing, SignalEvidence
from colonnade.signals.limits import Limit, at_least, at_most, between, worst
from colonnade.signals.pods import (
    CLASS,
    CONFUSION,
    HELD_OUT,
    INFO,
    REGRESSION,
    SCORES,
    Asking,
    Told,
    beside_baseline,
)
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.verdicts import missing
from colonnade.statistics.intervals import Estimate, difference, of_known
from colonnade.statistics.labelled import Errors, of_classes, of_errors
from colonnade_api import QualitySignal, Verdict
from colonnade_api.monitoring.signals.quality import ERRORS

ANSWERED = "answered"
NO_CLASS = ("other", "another")
NOTHING_YET = "labels come by POST /v2/models/NAME/feedback with an answer's token, see spec.serving.feedback"
Compared = tuple[str, Estimate]
"""What with, in words, and its own metric."""


def query(signal: QualitySignal, about: About) -> str:
    asking = Asking(about, signal)
    if signal.metric in ERRORS:
        families = [asking.joined(f"regression_{family}", "bundle", family) for family in REGRESSION]
    else:
        families = [
            asking.joined(CONFUSION, "bundle, predicted, actual", CONFUSION),
            asking.frozen(CLASS, "revision, class", CLASS),
        ]
    return asking.query(
        *families,
        asking.added(SCORES, "revision", ANSWERED),
        asking.frozen(HELD_OUT, "revision, metric, of", HELD_OUT),
        asking.frozen(INFO, "revision, digest", INFO),
    )


def read(signal: QualitySignal, about: About, seen: Seen) -> Reading:
    of = partial(_of, signal)
    return beside_baseline(about, seen.numbers[signal.name], of, partial(query, signal, about))


def judge(signal: QualitySignal, evidence: SignalEvidence) -> Verdict:
    own = evidence.own
    if not isinstance(own, Labelled):
        return missing(signal, own)
    if unfit := _unfit(signal, own):
        return Verdict(signal=signal.name, result="NoData", message=unfit.message)
    rows = labelled(own)
    over = f"{count_of(rows, 'label')} within {duration(signal.window)}"
    found = {"signal": signal.name, "samples": rows}
    if not rows:
        said = f"{over}; a verdict needs {count_of(signal.min_samples, 'label')}; {NOTHING_YET}"
        return Verdict.model_validate(found | {"result": "InsufficientSamples", "message": said})
    estimate = measured(signal, own)
    compared = _compared(signal, evidence)
    if isinstance(compared, Missing):
        said = f"{signal.metric} {between(estimate)} over {over}; {compared.message}"
        reason = {"InsufficientSamples": "InsufficientSamples"}.get(compared.reason, "NoData")
        return Verdict.model_validate(found | {"result": reason, "value": estimate.value, "message": clipped(said)})
    limits = [*_own_limits(signal, estimate), *([_regression(signal, estimate, compared)] if compared else [])]
    deciding, result = worst(limits, rows >= signal.min_samples)
    cause, why = _attribution(signal, evidence, deciding, result)
    words = f"{signal.metric} {between(estimate)} over {over}{_share(rows, own.answered)} ({deciding.words})"
    return Verdict.model_validate(
        found
        | {
            "result": result,
            "value": estimate.value,
            "limit": deciding.shown,
            "stable_value": compared[1].value if compared and evidence.compared else None,
            "message": clipped(f"{words}{_strange(own, rows)}{_waits(signal, rows, result)}{why}"),
            "cause": cause,
        }
    )


def measured(signal: QualitySignal, own: Labelled) -> Estimate:
    """own: with at least one label."""
    if own.errors is not None:
        return of_errors(signal.metric, own.errors)
    return of_classes(signal.metric, own.cells, own.classes)


def labelled(own: Labelled) -> int:
    return own.errors.rows if own.errors is not None else sum(own.cells.values())


def _unfit(signal: QualitySignal, own: Labelled) -> Missing | None:
    """Why the metric can't be taken of this model's counts."""
    if signal.metric in ERRORS and own.errors is None:
        said = (
            f"{signal.metric}: no pod counts a regression's labels; it is a metric of numbers, and this model has none"
        )
        return Missing("NoData", said)
    if signal.metric in {"precision", "recall", "f1"} and not own.classes:
        said = f"{signal.metric} needs the model's classes, 20 at most, from its bundle"
        return Missing("NoData", f"{said}; take accuracy, or train the version again")
    if signal.max_regression is not None and own.held_out is None:
        said = f"maxRegression: this model's bundle has no held-out {signal.metric}"
        return Missing("NoData", f"{said}; train it with Colonnade again, or give min or max")
    return None


def _own_limits(signal: QualitySignal, estimate: Estimate) -> list[Limit]:
    found = [at_least(estimate, signal.min)] if signal.min is not None else []
    return found + ([at_most(estimate, signal.max)] if signal.max is not None else [])


def _compared(signal: QualitySignal, evidence: SignalEvidence) -> Compared | Missing | None:
    """Stable over the same time, where there is one; else what training measured."""
    own = evidence.own
    if signal.max_regression is None or not isinstance(own, Labelled):
        return None
    if evidence.compared is None:
        return ("held-out rows", of_known(*own.held_out)) if own.held_out else None
    stable = evidence.compared.stable
    if not isinstance(stable, Labelled):
        return stable if isinstance(stable, Missing) else Missing("Error", "stable was not counted")
    rows = labelled(stable)
    if rows < signal.min_samples or _unfit(signal, stable):
        said = f"stable has {count_of(rows, 'label')}, too few to compare with ({signal.min_samples:,})"
        return Missing("InsufficientSamples", said)
    return "stable", measured(signal, stable)


def _regression(signal: QualitySignal, estimate: Estimate, compared: Compared) -> Limit:
    """How much worse than that it is."""
    name, other = compared
    allowed = signal.max_regression or 0.0
    less = signal.metric in ERRORS
    worse = difference(estimate, other) if less else difference(other, estimate)
    shown = other.value + (allowed if less else -allowed)
    return Limit(worse, allowed, shown, f"{name} {number(other.value)}, may be worse by {number(allowed)}")


def _attribution(
    signal: QualitySignal, evidence: SignalEvidence, deciding: Limit, result: str
) -> tuple[Literal["World", "Candidate"] | None, str]:
    """Whether stable, over the same time, breaks the same limit."""
    stable = evidence.compared.stable if evidence.compared else None
    if result != "Fail" or not isinstance(stable, Labelled) or labelled(stable) < signal.min_samples:
        return None, ""
    beside = measured(signal, stable)
    if deciding.words.startswith("stable"):
        return "Candidate", ""
    limit = deciding.shown
    if beside.value > limit if signal.metric in ERRORS else beside.value < limit:
        return "World", f"; stable has {number(beside.value)}: the world changed, not the candidate"
    return "Candidate", f"; stable has {number(beside.value)}"


def _share(rows: int, answered: int) -> str:
    """Labels may be of those answers alone that were worth a look."""
    return f", of {percent(min(1.0, rows / answered))} of the answers" if answered else ""


def _strange(own: Labelled, rows: int) -> str:
    strange = sum(count for (_, true), count in own.cells.items() if true in NO_CLASS)
    if not own.classes or not strange:
        return ""
    return f"; {percent(strange / rows)} of the labels are no class of the model's"


def _waits(signal: QualitySignal, rows: int, result: str) -> str:
    if result != "InsufficientSamples":
        return ""
    if rows < signal.min_samples:
        return f"; a pass needs {count_of(signal.min_samples, 'label')}"
    return "; beyond the limit, not yet proven"


def _of(signal: QualitySignal, told: Told | Missing) -> Evidence:
    if isinstance(told, Missing):
        return told
    cells = {(p, a): round(rows) for (p, a), rows in told.values(CONFUSION, "predicted", "actual").items() if rows}
    sums = [told.values(family, "bundle") for family in REGRESSION]
    errors = Errors(round(_sum(sums[0])), *map(_sum, sums[1:])) if sums[0] else None
    return Labelled(
        cells,
        errors,
        told.classes,
        round(_sum(told.values(ANSWERED, "revision"))),
        told.held_out(signal.metric),
        told.at,
    )


def _sum(values: Mapping[tuple[str, ...], float]) -> float:
    return sum(values.values())
