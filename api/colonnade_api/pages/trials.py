"""A search as a page to look at: the objective of each trial and the best so far, what was tried, and how it ended."""

from collections.abc import Callable, Sequence
from html import escape

from ..models.training import Training
from ..models.trials import Trial, Trials
from ..models.tuning import Tuning
from . import coordinates, parts
from .parts import code, section

WIDTH, HEIGHT = 1000, 300
Place = Callable[[int, float], tuple[float, float]]
STYLE = (
    """.trials svg { width: 100%; height: 14rem; display: block; overflow: visible }
.trials path { fill: none; stroke: var(--soft); vector-effect: non-scaling-stroke; stroke-linecap: round }
.trials .one { stroke-width: 8 } .trials .best { stroke: var(--accent) } .trials .one.best { stroke-width: 12 }
.trials .sofar { stroke: var(--accent); stroke-width: 2 } .trials .failed { stroke-width: 2 }
.ends { display: flex; justify-content: space-between; font-size: .8rem; color: var(--soft); margin: .2rem 0 }
.wide { overflow-x: auto }
"""
    + coordinates.STYLE
)


def render(name: str, training: Training, found: Trials) -> str:
    """name: the ModelVersion's. training: with its search."""
    tuning = training.search
    if tuning is None:
        return parts.page(name, "It has no search.", [], STYLE, "60rem")
    how = "AutoML" if training.automl else tuning.algorithm.name
    subtitle = f"{how} for {training.objective}d {escape(tuning.objective.metric_name)}: {_stands(found)}"
    sections = [_best(tuning, found.best)] if found.best else []
    if ranked := training.ranked(_whole(tuning, found.ended)):
        always = [one for one in tuning.parameters if one.when is None]
        drawn = coordinates.draw(always, tuning.objective.metric_name, ranked, ranked[0])
        sections += [section("Trial by trial", _course(training, tuning, found)), section("What was tried", drawn)]
    sections += [section("Trials", _table(tuning, found))] if found.ended else []
    return parts.page(name, subtitle, sections, STYLE, "60rem")


def _stands(found: Trials) -> str:
    failed = f", {found.failed} of them failed" if found.failed else ""
    return f"{found.succeeded + found.failed} of {found.total} trials ended{failed}"


def _whole(tuning: Tuning, ended: Sequence[Trial]) -> list[Trial]:
    """Of successive halving those of the highest rung that anything is known of: what others told is of less data."""
    known = [trial for trial in ended if trial.value is not None]
    rung = max((trial.rung or 0 for trial in known), default=0) if tuning.algorithm.rungs else 0
    few = [trial for trial in known if (trial.rung or 0) == rung]
    return few if len(few) > 1 else known


def _best(tuning: Tuning, best: Trial) -> str:
    rows = [[escape(tuning.objective.metric_name), f"<b>{_value(best)}</b>"], ["trial", str(best.number)]]
    rows += [[escape(name), code(value)] for name, value in best.parameters.items()]
    return section("The best", parts.table([], rows))


def _course(training: Training, tuning: Tuning, found: Trials) -> str:
    """A dot a trial by its number, a cross where it failed, and a line for the best so far."""
    values = [trial.value for trial in found.ended if trial.value is not None]
    low, high = min(values), max(values)
    last = max(1, found.ended[-1].number)

    def place(number: int, value: float) -> tuple[float, float]:
        return WIDTH * number / last, HEIGHT * (1 - ((value - low) / (high - low) if high > low else 0.5))

    dots = "".join(_dot(trial, place, low, is_best=trial == found.best) for trial in found.ended)
    label = f"{tuning.objective.metric_name} of {len(values)} trials, from {low:.4g} to {high:.4g}"
    picture = (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f'<path class="sofar" d="{_best_so_far(training, found, place)}"/>{dots}</svg>'
    )
    top = f'<p class="ends"><span>{escape(tuning.objective.metric_name)} {high:.4g}</span></p>'
    bottom = f'<p class="ends"><span>{low:.4g}, trial 0</span><span>trial {last}</span></p>'
    return f'{top}<div class="trials">{picture}</div>{bottom}'


def _best_so_far(training: Training, found: Trials, place: Place) -> str:
    """Of successive halving rung by rung."""
    path, best, rung = "", None, None
    for trial in found.ended:
        if trial.value is None:
            continue
        begins = best is None or trial.rung != rung
        best = trial.value if begins or training.better(trial.value, best or 0.0) else best
        at, height = place(trial.number, best or 0.0)
        path, rung = (
            f"{path}{'M' if begins else 'H'}{at:.0f}{f' {height:.0f}' if begins else f'V{height:.0f}'}",
            trial.rung,
        )
    return path


def _dot(trial: Trial, place: Place, low: float, *, is_best: bool) -> str:
    at, height = place(trial.number, low if trial.value is None else trial.value)
    said = f"<title>trial {trial.number}: {escape(_value(trial))}</title>"
    if trial.value is None:
        cross = f"M{at - 6:.0f} {height - 6:.0f}l12 12M{at - 6:.0f} {height + 6:.0f}l12 -12"
        return f'<path class="failed" d="{cross}">{said}</path>'
    return f'<path class="one{" best" if is_best else ""}" d="M{at:.0f} {height:.0f}h.01">{said}</path>'


def _table(tuning: Tuning, found: Trials) -> str:
    rungs = ["rung"] if tuning.algorithm.rungs else []
    rows = [
        [
            str(trial.number),
            *([str(trial.rung)] if rungs else []),
            f"<b>{_value(trial)}</b>" if trial == found.best else escape(_value(trial)),
            " ".join(code(f"{name} {value}") for name, value in trial.parameters.items()),
        ]
        for trial in found.ended
    ]
    return f'<div class="wide">{parts.table(["trial", *rungs, tuning.objective.metric_name, "parameters"], rows)}</div>'


def _value(trial: Trial) -> str:
    if trial.value is None:
        return f"failed: {trial.message}"
    return f"{trial.value:.4g}" + (f" ± {trial.std:.2g}" if trial.std is not None else "")
