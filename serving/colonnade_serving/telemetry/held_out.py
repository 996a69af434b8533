"""What the training Job measured on held-out rows, told beside what is counted now: metrics, how often each score was
right, how far an estimate from that was off, and whom the rows were about."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..loading import Model
from .batches import bundle_label
from .classes import ClassNames
from .groups import trained_groups

CLASSES, HELD_OUT, RIGHT, ERROR, GROUPS = "class", "held_out", "score_right", "estimate_error", "group_reference"
PARTS = ("value", "low", "high", "n")


class HeldOut(Collector):
    """Of the models in service, as far as their bundles say."""

    def __init__(self, models: Callable[[], Iterable[Model]]) -> None:
        self._models = models

    def collect(self) -> Iterator[Metric]:
        """Series of the same names and labels in each worker."""
        classes = _family(CLASSES, "A class's place among the model's, from 0.", "class")
        metrics = _family(HELD_OUT, "A metric of held-out rows: value, low, high, n.", "metric", "of")
        right = _family(RIGHT, "Held-out rows that were answered right, by the bin of bundle.json's scores.", "bin")
        error = _family(ERROR, "How far an estimate from those was off on slices of held-out rows.", "metric")
        groups = _family(GROUPS, "Held-out rows by group.", "column", "group")
        for model in {(one.name, one.digest): one for one in self._models() if one.bundle}.values():
            of = (model.name, bundle_label(model))
            for place, name in enumerate(ClassNames(model).shown):
                classes.add_metric((*of, name), place)
            for labels, value in _metrics(model):
                metrics.add_metric((*of, *labels), value)
            estimate = said(model, "estimate")
            for place, rows in enumerate(estimate.get("right") or ()):
                right.add_metric((*of, str(place)), rows)
            if isinstance(off := estimate.get("error"), int | float):
                error.add_metric((*of, str(estimate.get("metric"))), off)
            for column, listed in said(model, "groups").items():
                for group, rows in zip(trained_groups(model, column), listed.get("rows") or (), strict=False):
                    groups.add_metric((*of, column, group), rows)
        yield from (classes, metrics, right, error, groups)


def said(model: Model, part: str) -> Mapping[str, Any]:
    """A part of bundle.json's monitoring; empty where an older Job wrote none."""
    found = model.bundle.monitoring.get(part) if model.bundle else None
    return found if isinstance(found, dict) else {}


def _metrics(model: Model) -> Iterator[tuple[tuple[str, str], float]]:
    metrics: Mapping[str, Any] = model.bundle.metrics if model.bundle else {}
    for name, metric in metrics.items():
        if isinstance(metric, dict):
            yield from (((name, part), metric[part]) for part in PARTS if isinstance(metric.get(part), int | float))


def _family(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"colonnade_{name}", says, labels=("model", "bundle", *labels))
