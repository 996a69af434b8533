"""A search's trials by number, with how good each was beside the others."""

from colonnade.cli.page import Page, Said, Word, facts, page, table
from colonnade_access.references import Object
from colonnade_access.words import NOTHING, number
from colonnade_api import ModelVersionSpec, ModelVersionStatus
from colonnade_api.models.training import Training
from colonnade_api.models.trials import Trial
from colonnade_api.models.tuning import Tuning

WIDTH = 20


def trials_of(item: Object) -> Page:
    """item: a ModelVersion with a search."""
    status = ModelVersionStatus.model_validate(item["status"])
    training = ModelVersionSpec.model_validate(item["spec"]).training
    found, tuning = status.trials, training.search if training else None
    if found is None or training is None or tuning is None:
        return page()
    best, metric = found.best, tuning.objective.metric_name
    rung, right = ((), ("trial", metric)) if tuning.algorithm.rungs is None else (("rung",), ("trial", "rung", metric))
    columns = ("trial", *rung, metric, "", *_always(tuning), *(["and"] if _sometimes(tuning) else []))
    rows = [_row(trial, training, tuning, found.ended, is_best=trial == best) for trial in found.ended]
    return page(
        facts(
            [
                (
                    "search",
                    f"{'AutoML' if training.automl else tuning.algorithm.name} for {training.objective}d {metric}",
                ),
                ("trials", f"{found.succeeded + found.failed} of {found.total} ended, {found.running} run"),
                ("failed", str(found.failed) if found.failed else None),
                ("best", f"trial {best.number}: {metric} {number(best.value)}" if best else None),
            ]
        ),
        table(columns, rows, right=right) if rows else None,
    )


def _always(tuning: Tuning) -> list[str]:
    return [one.name for one in tuning.parameters if one.when is None]


def _sometimes(tuning: Tuning) -> list[str]:
    """Those that depend on another one: each trial has a few of them, and they share a column."""
    return [one.name for one in tuning.parameters if one.when]


def _row(
    trial: Trial, training: Training, tuning: Tuning, every: tuple[Trial, ...], *, is_best: bool
) -> tuple[Said, ...]:
    which = (str(trial.number),) if trial.rung is None else (str(trial.number), str(trial.rung))
    tried = [_value(trial.parameters.get(name)) for name in _always(tuning)]
    if sometimes := _sometimes(tuning):
        beside = {name: value for name, value in trial.parameters.items() if name in sometimes}
        tried.append(", ".join(f"{name.rpartition('__')[2]} {_value(value)}" for name, value in beside.items()))
    if trial.value is None:
        return (*which, NOTHING, Word(f"failed: {trial.message}", "bad"), *tried)
    values = [each.value for each in every if each.value is not None and each.rung == trial.rung]
    shown = f"{number(trial.value)} ± {trial.std:.2g}" if trial.std is not None else number(trial.value)
    return (*which, shown, Word(_bar(trial.value, values, training), "good" if is_best else "quiet"), *tried)


def _bar(value: float, values: list[float], training: Training) -> str:
    """Longer is better: the worst of the rung has one cell, its best all of them."""
    worst, best = (min(values), max(values)) if training.objective == "maximize" else (max(values), min(values))
    share = (value - worst) / (best - worst) if best != worst else 1.0
    return "█" * (1 + round(share * (WIDTH - 1)))


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else NOTHING if value is None else str(value)
