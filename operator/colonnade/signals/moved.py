"""What FeatureDrift and PredictionDrift share: evidence out of bins, and a verdict on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from colonnade.formatting import clipped, count_of, duration, number
from colonnade.signals.evidence import Distribution, Distributions, Missing, SignalEvidence
from colonnade.signals.pods import BEFORE, Key, Told
from colonnade.signals.reading import About
from colonnade.signals.verdicts import missing
from colonnade.statistics.stability import UNMOVED, Drift, holm, stability_index
from colonnade_api import FeatureDriftSignal, FeatureVerdict, PredictionDriftSignal, Verdict
from colonnade_api.monitoring.moved import MOST_BINS, MOST_FEATURES, NO_VALUE, OTHERS

DriftSignal = FeatureDriftSignal | PredictionDriftSignal
Cause = Literal["World", "Candidate"]
THEN, NOW, FROZEN = "then", "now", "frozen"
ALIKE = 0.5
"""Of the least effect: stable moved as well where it moved by so much, since no two samples of one shift are equal."""
MOST_NAMED = 3


@dataclass(frozen=True)
class Move:
    """A distribution, how far it moved, and what that means."""

    of: Distribution
    drift: Drift
    failed: bool


def ago(signal: DriftSignal, about: About) -> timedelta | None:
    """How far back the window lies that this one is compared with; None: with training."""
    return BEFORE.get(signal.reference) if about.exposure.standing else None


def distributions(told: Told, before: timedelta | None, frozen_of: str) -> Distributions | Missing:
    """In the order of the bins. before: compared with the window so long ago. frozen_of: else with what, in words."""
    frozen, now = told.counts(FROZEN), told.counts(NOW)
    then = frozen if before is None else told.counts(THEN)
    if not frozen or not now:
        said = "the bundle says nothing of how training's rows were distributed; only what Colonnade trained does"
        return Missing("NoData", said)
    if not any(then.values()):
        return Missing("NoData", f"this version had no rows in the same hours {duration(before or timedelta())} ago")
    starts = told.starts(FROZEN)
    names = dict.fromkeys(name for name, _ in frozen)
    each = tuple(found for name in names if (found := _distribution(name, starts, then, now)))
    against = frozen_of if before is None else f"the same hours {duration(before)} before"
    return Distributions(each, _rows(each), told.at, against)


def with_missing(found: Distributions, then: Mapping[str, int], now: Mapping[str, int]) -> Distributions:
    """Missing values as a bin of their own, where there were any."""
    each = tuple(_with_bin(one, then.get(one.name, 0), now.get(one.name, 0)) for one in found.each)
    return replace(found, each=each, rows=_rows(each))


def verdict(signal: DriftSignal, evidence: SignalEvidence, chosen: Sequence[Distribution], noun: str) -> Verdict:
    """chosen: of the evidence's own, at least one. noun: what they are."""
    own = evidence.own
    if not isinstance(own, Distributions):
        return missing(signal, own)
    moves = moved(signal, chosen)
    worst = moves[0]
    over = f"{count_of(own.rows, 'row')} within {duration(signal.window)}"
    found = {
        "signal": signal.name,
        "value": worst.drift.index,
        "limit": signal.min_effect,
        "samples": own.rows,
        "detail": tuple(_detail(signal, move, own.rows) for move in moves[:MOST_FEATURES]),
    }
    if own.rows < signal.min_samples:
        said = f"{over}; a verdict needs {count_of(signal.min_samples, 'row')}"
        return Verdict.model_validate(found | {"result": "InsufficientSamples", "message": said})
    failed = [move for move in moves if move.failed]
    if not failed:
        most = f"none of {count_of(len(moves), noun)} moved; most: " if noun else "not moved: "
        said = f"{most}{_named(worst)} over {over}, against {own.against} (limit {number(signal.min_effect)})"
        return Verdict.model_validate(found | {"result": "Pass", "message": said})
    names = ", ".join(map(_named, failed[:MOST_NAMED])) + (", …" if len(failed) > MOST_NAMED else "")
    many = f"{len(failed)} of {count_of(len(moves), noun)} moved: " if noun else "moved: "
    cause, why = attribution(signal, failed, evidence)
    said = f"{many}{names} over {over}, against {own.against} (limit {number(signal.min_effect)}){why}"
    return Verdict.model_validate(found | {"result": "Fail", "message": clipped(said), "cause": cause})


def moved(signal: DriftSignal, chosen: Sequence[Distribution]) -> list[Move]:
    """Those that failed first, then by how far; Holm's correction is over all of them."""
    drifts = [_drift(one) for one in chosen]
    adjusted = holm([drift.p_value for drift in drifts])
    moves = [
        Move(one, Drift(drift.index, p), drift.index >= signal.min_effect and p < signal.significance)
        for one, drift, p in zip(chosen, drifts, adjusted, strict=True)
    ]
    return sorted(moves, key=lambda move: (not move.failed, -move.drift.index))


def attribution(signal: DriftSignal, failed: Sequence[Move], evidence: SignalEvidence) -> tuple[Cause | None, str]:
    """Whether stable, over the same time, moved as well; nothing where there is none, or it can't tell."""
    if evidence.compared is None:
        return None, ""
    stable = evidence.compared.stable
    if not isinstance(stable, Distributions):
        said = stable.message if isinstance(stable, Missing) else "nothing was counted"
        return None, f"; stable can't tell: {said}"
    if stable.rows < signal.min_samples:
        return None, f"; stable had {count_of(stable.rows, 'row')}, too few to tell whether it is the candidate"
    beside = {one.name: one for one in stable.each}
    alone = [move.of.name for move in failed if not _alike(signal, move.of, beside.get(move.of.name))]
    if alone:
        return "Candidate", f"; not on stable: it is the candidate ({', '.join(alone[:MOST_NAMED])})"
    return "World", "; on stable too: the world changed, not the candidate"


def _alike(signal: DriftSignal, own: Distribution, stable: Distribution | None) -> bool:
    """In the same bins they are compared with each other, else each has its own training to have moved from."""
    if stable is None:
        return False
    if stable.starts == own.starts and any(own.now) and any(stable.now):
        between = stability_index(stable.now, own.now)
        return between.index < signal.min_effect or between.p_value >= signal.significance
    drift = _drift(stable)
    return drift.index >= signal.min_effect * ALIKE and drift.p_value < signal.significance


def _drift(one: Distribution) -> Drift:
    return stability_index(one.then, one.now) if sum(one.then) and sum(one.now) else UNMOVED


def _distribution(
    name: str, starts: Mapping[Key, str], then: Mapping[Key, int], now: Mapping[Key, int]
) -> Distribution | None:
    """None where its values aren't counted."""
    bins = sorted((key for key in starts if key[0] == name), key=lambda key: int(key[1]))
    if not any(key in now for key in bins):
        return None
    return Distribution(
        name,
        tuple(starts[key] for key in bins),
        tuple(then.get(key, 0) for key in bins),
        tuple(now.get(key, 0) for key in bins),
    )


def _with_bin(one: Distribution, then: int, now: int) -> Distribution:
    if not then and not now:
        return one
    return Distribution(one.name, (*one.starts, NO_VALUE), (*one.then, then), (*one.now, now))


def _detail(signal: DriftSignal, move: Move, rows: int) -> FeatureVerdict:
    shown = fewer(move.of)
    result = "InsufficientSamples" if rows < signal.min_samples else "Fail" if move.failed else "Pass"
    return FeatureVerdict.model_validate(
        {
            "feature": move.of.name[:128],
            "what": "Distribution",
            "result": result,
            "value": round(move.drift.index, 4),
            "limit": signal.min_effect,
            "p_value": float(f"{move.drift.p_value:.2g}"),
            "rows": sum(move.of.now),
            "starts": shown.starts,
            "then": shown.then,
            "now": shown.now,
        }
    )


def fewer(one: Distribution) -> Distribution:
    """The bins that hold most, in their order, where a status has no room for all; the rest as one."""
    if len(one.starts) <= MOST_BINS:
        return one
    by_rows = sorted(range(len(one.starts)), key=lambda place: -(one.then[place] + one.now[place]))
    kept = sorted(by_rows[: MOST_BINS - 1])
    rest = by_rows[MOST_BINS - 1 :]
    return Distribution(
        one.name,
        (*(one.starts[place] for place in kept), OTHERS),
        (*(one.then[place] for place in kept), sum(one.then[place] for place in rest)),
        (*(one.now[place] for place in kept), sum(one.now[place] for place in rest)),
    )


def _named(move: Move) -> str:
    return f"{move.of.name} (PSI {number(round(move.drift.index, 3))})"


def _rows(each: Sequence[Distribution]) -> int:
    return max((sum(one.now) for one in each), default=0)
