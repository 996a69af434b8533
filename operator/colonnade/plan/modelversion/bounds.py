"""min and max: whether what was measured keeps them, by its value or by all of its interval."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from colonnade.formatting import clipped, number
from colonnade.plan.modelversion.evidence import Decision, within
from colonnade_api import GateVerdict, Metric

Side = Literal["min", "max"]
MORE_ROWS = "hold out more rows"


@dataclass(frozen=True)
class Bounds:
    """What someone asks of a number.

    bound: what decides. person: what someone does where nothing does, or more (of what it is taken over). said: how the
    number reads.
    """

    least: float | None
    most: float | None
    bound: Literal["Interval", "Value"]
    person: str
    more: str = MORE_ROWS
    over: str = "rows"
    said: Callable[[float], str] = number

    def given(self) -> Iterator[tuple[Side, float]]:
        """Each bound that was given."""
        if self.least is not None:
            yield "min", self.least
        if self.most is not None:
            yield "max", self.most


def judge_bounds(subject: str, measured: Metric, few: str, bounds: Bounds) -> Iterator[GateVerdict]:
    """A verdict for min and one for max, of those that are given. few: why nothing can be told, or nothing."""
    for side, bound in bounds.given():
        decided = _decided(measured, bounds, side, bound) if not few else "Inconclusive"
        why = few or f"the interval reaches over {bounds.said(bound)}"
        more = f": {why}; {bounds.more}, {bounds.person}" if decided == "Inconclusive" else ""
        limit = f"at {'least' if side == 'min' else 'most'} {bounds.said(bound)}"
        yield GateVerdict(
            name=f"{subject}.{side}",
            verdict=decided,
            value=measured.value,
            low=measured.low,
            high=measured.high,
            n=measured.n,
            bound=bound,
            message=clipped(f"{_figures(subject, measured, bounds)} ({limit}){more}"),
        )


def unmeasured(subject: str, why: str, bounds: Bounds) -> Iterator[GateVerdict]:
    """An error for each bound, in the place of a verdict."""
    for side, bound in bounds.given():
        yield GateVerdict(name=f"{subject}.{side}", verdict="Error", bound=bound, message=clipped(why))


def _decided(measured: Metric, bounds: Bounds, side: Side, bound: float) -> Decision:
    low, high = _ends(measured, bounds)
    return within(low, high, bound, None) if side == "min" else within(low, high, None, bound)


def _ends(measured: Metric, bounds: Bounds) -> tuple[float, float]:
    if bounds.bound == "Value" or measured.low is None or measured.high is None:
        return measured.value, measured.value
    return measured.low, measured.high


def _figures(subject: str, measured: Metric, bounds: Bounds) -> str:
    said = bounds.said
    if bounds.bound == "Value" or measured.low is None or measured.high is None:
        return f"{subject} is {said(measured.value)}"
    interval = f"95 % interval {said(measured.low)} to {said(measured.high)} on {measured.n or 0:,} {bounds.over}"
    return f"{subject} is {said(measured.value)}, {interval}"
