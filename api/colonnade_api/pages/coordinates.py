"""Parallel coordinates: a line a trial, through a scale a parameter, down to its objective; the best are strongest.

The scales lie one below the other, so that a narrow screen shows as many as a wide one.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ..models.spaces import SearchedParameter
from ..models.trials import Trial

WIDTH, ROW = 1000, 100
"""Of the picture's own units; a scale lies in the middle of its row."""
STYLE = """.parallel { position: relative }
.parallel svg { position: absolute; inset: 0; width: 100%; height: 100% }
.parallel div { height: 4.6rem; display: grid; grid-template-columns: 1fr 1fr; align-content: start; font-size: .8rem;
  color: var(--soft); position: relative }
.parallel b { grid-column: 1 / 3; color: var(--ink); font-weight: 600; overflow-wrap: anywhere }
.parallel span:last-child { text-align: right }
.parallel path { fill: none; stroke: var(--soft); stroke-width: 1; vector-effect: non-scaling-stroke }
.parallel .scale { stroke: var(--line) } .parallel .best { stroke: var(--accent); stroke-width: 3 }
"""


@dataclass(frozen=True)
class Scale:
    """at: from a trial to its place, 0 to 1, or None where it has none."""

    name: str
    low: str
    high: str
    at: Callable[[Trial], float | None]


def draw(parameters: Sequence[SearchedParameter], metric: str, trials: Sequence[Trial], best: Trial) -> str:
    """trials: those with an objective, the best first."""
    scales = [*(_of(one) for one in parameters), _objective(metric, trials)]
    lines = [_line(scales, trial, _strength(rank, len(trials))) for rank, trial in enumerate(trials)]
    label = f"{len(trials)} trials as lines through {', '.join(scale.name for scale in scales)}"
    axes = "".join(f'<path class="scale" d="M0 {_height(n)}H{WIDTH}"/>' for n in range(len(scales)))
    picture = (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {ROW * len(scales)}" '
        f'preserveAspectRatio="none">{axes}{"".join(reversed(lines))}{_line(scales, best, 1.0, "best")}</svg>'
    )
    rows = "".join(
        f"<div><b>{escape(scale.name)}</b><span>{escape(scale.low)}</span><span>{escape(scale.high)}</span></div>"
        for scale in scales
    )
    return f'<div class="parallel">{picture}{rows}</div>'


def _of(parameter: SearchedParameter) -> Scale:
    space, name = parameter.feasible_space, parameter.name
    if space.list_ is not None:
        values = list(space.list_)
        return Scale(name, _shown(values[0]), _shown(values[-1]), lambda trial: _listed(values, trial, name))
    low, high = space.min or 0.0, space.max or 0.0
    turned = math.log if space.distribution == "logUniform" else float
    between = _between(turned(low), turned(high))
    return Scale(name, _shown(low), _shown(high), lambda trial: between(_number(trial, name, turned)))


def _objective(metric: str, trials: Sequence[Trial]) -> Scale:
    values = [trial.value for trial in trials if trial.value is not None]
    between = _between(min(values), max(values))
    return Scale(metric, _shown(min(values)), _shown(max(values)), lambda trial: between(trial.value))


def _between(low: float, high: float) -> Callable[[float | None], float | None]:
    wide = high - low
    return lambda value: None if value is None else (value - low) / wide if wide else 0.5


def _number(trial: Trial, name: str, turned: Callable[[float], float]) -> float | None:
    value = trial.parameters.get(name)
    return turned(value) if isinstance(value, int | float) else None


def _listed(values: list[Any], trial: Trial, name: str) -> float | None:
    if name not in trial.parameters or trial.parameters[name] not in values:
        return None
    return values.index(trial.parameters[name]) / (len(values) - 1) if len(values) > 1 else 0.5


def _line(scales: Sequence[Scale], trial: Trial, strength: float, kind: str = "") -> str:
    places = [(n, place) for n, scale in enumerate(scales) if (place := scale.at(trial)) is not None]
    path = "L".join(f"{place * WIDTH:.0f} {_height(n)}" for n, place in places)
    held = f' class="{kind}"' if kind else ""
    return f'<path{held} opacity="{strength:.2f}" d="M{path}"><title>trial {trial.number}</title></path>'


def _strength(rank: int, of: int) -> float:
    """The better half is seen, the others are a shade."""
    return 0.75 - 0.6 * min(1.0, 2 * rank / of)


def _height(row: int) -> int:
    return ROW * row + 3 * ROW // 4


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "null" if value is None else str(value)
