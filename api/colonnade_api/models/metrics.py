"""The metrics that models are judged by, and which way is better: the one place that says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from colonnade_api.models.ownmetrics import OwnMetric

Direction = Literal["maximize", "minimize"]
Task = Literal["Classification", "Regression"]


class UnknownMetric(LookupError):
    """Nobody said whether more of it is better; the message is for people."""


@dataclass(frozen=True)
class MetricDefinition:
    """A metric's name as status.metrics has it, of which task it is taken, and which way is better."""

    name: str
    task: Task
    direction: Direction


METRICS: tuple[MetricDefinition, ...] = (
    MetricDefinition("roc_auc", "Classification", "maximize"),
    MetricDefinition("accuracy", "Classification", "maximize"),
    MetricDefinition("f1", "Classification", "maximize"),
    MetricDefinition("precision", "Classification", "maximize"),
    MetricDefinition("recall", "Classification", "maximize"),
    MetricDefinition("log_loss", "Classification", "minimize"),
    MetricDefinition("rmse", "Regression", "minimize"),
    MetricDefinition("mae", "Regression", "minimize"),
    MetricDefinition("r2", "Regression", "maximize"),
)


def names(task: str) -> tuple[str, ...]:
    """What is taken of a model of a task."""
    return tuple(metric.name for metric in METRICS if metric.task == task)


def direction(name: str, own: Iterable[OwnMetric] = ()) -> Direction:
    """Which way a metric is better. own: those that people wrote. Raises UnknownMetric: it is never guessed."""
    known = {metric.name: metric.direction for metric in METRICS} | {metric.name: metric.direction for metric in own}
    if name in known:
        return known[name]
    raise UnknownMetric(f"whether more {name} is better is not known; known are {', '.join(m.name for m in METRICS)}")


def worsening(better: Direction, difference: float) -> float:
    """By how much a model is worse whose metric is greater by the difference; below 0 it is better."""
    return difference if better == "minimize" else -difference
