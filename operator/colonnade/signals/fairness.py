"""Fairness: are the groups of a sensitive column treated alike, by what is answered to them?

Groups are compared pair by pair: many noisy rates lie far apart where the true ones don't.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Literal

from colonnade.formatting import clipped, count_of, duration, number, percent
from colonnade.signals.evidence import Evidence, Group, Grouped, Missing, SignalEvidence
from colonnade.signals.limits import Limit, at_least, at_most, worst
from colonnade.signals.pods import (
    CLASS,
    GROUP_ANSWERS,
    GROUP_CONFUSION,
    INFO,
    Asking,
    Told,
    beside_baseline,
)
from colonnade.signals.reading import About, Reading, Seen
from colonnade.signals.verdicts import missing
from colonnade.statistics.intervals import difference, of_share, ratio
from colonnade_api import FairnessSignal, FeatureVerdict, Verdict
from colonnade_api.monitoring.moved import MOST_FEATURES

FEWEST_OF_A_CLASS = 10
"""A rate among a group's positives, or negatives, says nothing of fewer; training's fairness has the same."""
NO_VALUE = "no value"
MOST_NAMED = 3
RATES = {
    "demographic_parity": ("selection",),
    "equalized_odds": ("true positive", "false positive"),
}
NOT_COUNTED = (
    "no pod counts answers by {column}: spec.serving.groups says where it comes from, fromInput or fromParameter"
)


@dataclass(frozen=True)
class Rate:
    """part of whole rows of a group."""

    group: str
    what: str
    part: int
    whole: int

    @property
    def share(self) -> float:
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True)
class Pair:
    """Two groups' rates, and how far they lie apart."""

    one: Rate
    other: Rate
    limit: Limit


def query(signal: FairnessSignal, about: About) -> str:
    asking = Asking(about, signal)
    families = [
        asking.added(GROUP_ANSWERS, "revision, column, group, predicted", GROUP_ANSWERS),
        asking.frozen(CLASS, "revision, class", CLASS),
    ]
    if _with_labels(signal):
        by = "bundle, column, group, predicted, actual"
        families += [
            asking.joined(GROUP_CONFUSION, by, GROUP_CONFUSION),
            asking.frozen(INFO, "revision, digest", INFO),
        ]
    return asking.query(*families)


def read(signal: FairnessSignal, about: About, seen: Seen) -> Reading:
    of = partial(_of, signal)
    return beside_baseline(about, seen.numbers[signal.name], of, partial(query, signal, about))


def judge(signal: FairnessSignal, evidence: SignalEvidence) -> Verdict:
    own = evidence.own
    if not isinstance(own, Grouped):
        return missing(signal, own)
    positive = _positive(signal, own)
    if isinstance(positive, Missing):
        return missing(signal, positive)
    rates = [_rates(signal, group, positive) for group in own.groups]
    large = [each for each in rates if _is_large(signal, each)]
    small = [each for each in rates if not _is_large(signal, each)]
    rows = sum(each[0].whole for each in rates) if not _with_labels(signal) else sum(r.whole for e in rates for r in e)
    found = {"signal": signal.name, "samples": rows, "detail": _detail(signal, large, small)}
    over = f"{count_of(rows, 'label' if _with_labels(signal) else 'row')} within {duration(signal.window)}"
    if len(large) < 2:
        said = f"{over}; {_too_small(signal, small)}; to compare, two groups have to be large enough"
        return Verdict.model_validate(found | {"result": "InsufficientSamples", "message": clipped(said)})
    pairs = list(_pairs(signal, large))
    deciding, result = worst([pair.limit for pair in pairs], rows >= signal.min_samples)
    pair = next(pair for pair in pairs if pair.limit is deciding)
    if result == "Pass" and small:
        result = "InsufficientSamples"
    cause, why = _attribution(signal, evidence, result)
    said = (
        f"{signal.sensitive}: {signal.metric} {_value(deciding)} over {over} ({deciding.words}): {_said(signal, pair)}"
    )
    return Verdict.model_validate(
        found
        | {
            "result": result,
            "value": abs(deciding.estimate.value),
            "limit": deciding.shown,
            "message": clipped(f"{said}{_waits(signal, rows, deciding, small, result)}{why}"),
            "cause": cause,
        }
    )


def _with_labels(signal: FairnessSignal) -> bool:
    return signal.metric.startswith("equalized_odds")


def _positive(signal: FairnessSignal, own: Grouped) -> str | Missing:
    if signal.positive_class is not None:
        return signal.positive_class
    if len(own.classes) == 2:
        return own.classes[1]
    said = f"positiveClass: the model has {len(own.classes) or 'unknown'} classes; name the one that rates are of"
    return Missing("NoData", said)


def _rates(signal: FairnessSignal, group: Group, positive: str) -> tuple[Rate, ...]:
    """The group's, by which it is compared."""
    name = group.name or NO_VALUE
    if not _with_labels(signal):
        selected = group.answers.get(positive, 0)
        return (Rate(name, "selection", selected, sum(group.answers.values())),)
    tables = {
        what: {told: rows for (told, true), rows in group.cells.items() if (true == positive) is wanted}
        for what, wanted in (("true positive", True), ("false positive", False))
    }
    rows = [(what, sum(r for told, r in table.items() if told == positive), table) for what, table in tables.items()]
    return tuple(Rate(name, what, part, sum(table.values())) for what, part, table in rows)


def _is_large(signal: FairnessSignal, rates: Sequence[Rate]) -> bool:
    rows = sum(rate.whole for rate in rates)
    return rows >= signal.min_group_size and (len(rates) == 1 or min(r.whole for r in rates) >= FEWEST_OF_A_CLASS)


def _pairs(signal: FairnessSignal, large: Sequence[Sequence[Rate]]) -> Iterator[Pair]:
    """Both ways round of each two groups: one of them is the worse."""
    for rates in zip(*large, strict=True):
        for one, other in combinations(rates, 2):
            yield _pair(signal, one, other)
            yield _pair(signal, other, one)


def _pair(signal: FairnessSignal, one: Rate, other: Rate) -> Pair:
    if signal.min is not None:
        apart = ratio(one.part, one.whole, other.part, other.whole)
        return Pair(one, other, at_least(apart, signal.min))
    shares = (of_share(rate.share, rate.whole) for rate in (one, other))
    return Pair(one, other, at_most(difference(*shares), signal.max if signal.max is not None else 1.0))


def _value(deciding: Limit) -> str:
    """With the 95 % interval, of a ratio or a difference as people know it."""
    low, high = sorted(abs(end) if deciding.estimate.value < 0 else end for end in deciding.estimate.shown)
    return f"{number(abs(deciding.estimate.value))} (95 %: {number(max(0.0, low))} to {number(high)})"


def _said(signal: FairnessSignal, pair: Pair) -> str:
    what = "answered so" if not _with_labels(signal) else f"{pair.one.what} rate"
    named = (f"{rate.group} {percent(rate.share)} of {rate.whole:,}" for rate in (pair.one, pair.other))
    return f"{', '.join(named)} {what}"


def _attribution(
    signal: FairnessSignal, evidence: SignalEvidence, result: str
) -> tuple[Literal["World", "Candidate"] | None, str]:
    """Whether stable treats them as unlike, over the same time."""
    stable = evidence.compared.stable if evidence.compared else None
    if result != "Fail" or not isinstance(stable, Grouped):
        return None, ""
    positive = _positive(signal, stable)
    if isinstance(positive, Missing):
        return None, ""
    large = [each for group in stable.groups if _is_large(signal, each := _rates(signal, group, positive))]
    limits = [pair.limit for pair in _pairs(signal, large)]
    if not limits:
        return None, "; stable had too few rows to tell whether it is the candidate"
    farthest = max(limits, key=lambda limit: limit.excess)
    value = number(abs(farthest.estimate.value))
    if farthest.excess > 0:
        return "World", f"; stable has {value}: not the candidate alone"
    return "Candidate", f"; stable has {value}"


def _waits(signal: FairnessSignal, rows: int, deciding: Limit, small: Sequence[Sequence[Rate]], result: str) -> str:
    few = f"; {_too_small(signal, small)}" if small else ""
    if result != "InsufficientSamples":
        return few
    if rows < signal.min_samples:
        return f"; a pass needs {count_of(signal.min_samples, 'row')}{few}"
    return f"; beyond the limit, not yet proven{few}" if deciding.excess > 0 else few


def _too_small(signal: FairnessSignal, small: Sequence[Sequence[Rate]]) -> str:
    if not small:
        return f"no other group than one of {signal.sensitive} was asked about"
    named = ", ".join(f"{each[0].group} ({_sizes(each)})" for each in small[:MOST_NAMED])
    more = ", …" if len(small) > MOST_NAMED else ""
    least = f"{signal.min_group_size} rows"
    if _with_labels(signal):
        least += f", {FEWEST_OF_A_CLASS} of them positive and {FEWEST_OF_A_CLASS} not"
    return f"too small to decide: {named}{more}; a group needs {least}"


def _sizes(rates: Sequence[Rate]) -> str:
    rows = sum(rate.whole for rate in rates)
    return count_of(rows, "row") if len(rates) == 1 else f"{count_of(rows, 'label')}, {rates[0].whole:,} positive"


def _detail(
    signal: FairnessSignal, large: Sequence[Sequence[Rate]], small: Sequence[Sequence[Rate]]
) -> tuple[FeatureVerdict, ...]:
    """Each group's rates, the largest groups first."""
    listed = [(rate, "Pass") for each in large for rate in each]
    listed += [(rate, "InsufficientSamples") for each in small for rate in each]
    listed.sort(key=lambda pair: -pair[0].whole)
    return tuple(
        FeatureVerdict.model_validate(
            {
                "feature": f"{signal.sensitive}={rate.group}"[:128],
                "what": "Group",
                "result": result,
                "value": round(rate.share, 4),
                "limit": signal.min if signal.min is not None else signal.max,
                "rows": rate.whole,
            }
        )
        for rate, result in listed[:MOST_FEATURES]
    )


def _of(signal: FairnessSignal, told: Told | Missing) -> Evidence:
    if isinstance(told, Missing):
        return told
    answers = _by_group(signal, told.values(GROUP_ANSWERS, "column", "group", "predicted"))
    cells = _by_group(signal, told.values(GROUP_CONFUSION, "column", "group", "predicted", "actual"))
    if not answers and not cells:
        return Missing("NoData", NOT_COUNTED.format(column=signal.sensitive))
    groups = tuple(
        Group(
            name,
            {told_so: rows for (told_so,), rows in answers.get(name, {}).items()},
            {(told_so, true): rows for (told_so, true), rows in cells.get(name, {}).items()},
        )
        for name in sorted({*answers, *cells})
    )
    return Grouped(signal.sensitive, groups, told.classes, told.at)


def _by_group(
    signal: FairnessSignal, values: Mapping[tuple[str, ...], float]
) -> Mapping[str, Mapping[tuple[str, ...], int]]:
    found: dict[str, dict[tuple[str, ...], int]] = {}
    for (column, group, *rest), rows in values.items():
        if column == signal.sensitive and rows:
            found.setdefault(group, {})[tuple(rest)] = round(rows)
    return found
