"""What training froze of each feature and of the scores: told beside what is counted now, so that whoever compares the
two needs no bundle."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..loading import Model
from .batches import bundle_label
from .columns import MOST_BINS, MOST_FEATURES
from .payloads import protected_by

BINS, MISSING, SCORES = "feature_reference", "feature_reference_missing", "score_reference"
LONGEST_START = 64
OTHERS = ""
"""Where a bin begins that begins nowhere: the first of numbers, and that of all other categories."""


class References(Collector):
    """The bins that the models in service were given by their bundles, with training's counts; of a protected feature
    not where they begin."""

    def __init__(self, models: Callable[[], Iterable[Model]]) -> None:
        self._models = models

    def collect(self) -> Iterator[Metric]:
        """Series of the same names and labels in each worker."""
        of = ("model", "bundle")
        bins = _family(BINS, "Training rows by the bin of bundle.json's features.", *of, "feature", "bin", "from")
        missing = _family(MISSING, "Training rows that had no value.", *of, "feature")
        scores = _family(SCORES, "Held-out rows by the bin of bundle.json's scores.", *of, "bin", "from")
        for model in {(one.name, one.digest): one for one in self._models() if one.bundle}.values():
            version, protected = (model.name, bundle_label(model)), protected_by(model)
            for name, feature in _counted(model):
                starts = [OTHERS] * len(feature["counts"]) if name in protected else _starts(model, name, feature)
                for place, count, start in _bins(feature, starts):
                    bins.add_metric((*version, name, place, start), count)
                missing.add_metric((*version, name), feature.get("missing", 0))
            if model.bundle and (frozen := model.bundle.scores):
                for place, count, start in _bins(frozen, _edges(frozen, _number)):
                    scores.add_metric((*version, place, start), count)
        yield from (bins, missing, scores)


def _family(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"colonnade_{name}", says, labels=labels)


def _counted(model: Model) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Within the limits of what is counted now."""
    features = model.bundle.features if model.bundle else {}
    for name, feature in islice(features.items(), MOST_FEATURES):
        if 1 < len(feature.get("counts") or ()) <= MOST_BINS:  # type: ignore[arg-type]
            yield name, feature


def _bins(frozen: Mapping[str, Any], starts: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    counts = frozen.get("counts") or ()
    if len(counts) == len(starts):
        yield from ((str(place), count, start) for place, (count, start) in enumerate(zip(counts, starts, strict=True)))


def _starts(model: Model, name: str, feature: Mapping[str, Any]) -> Sequence[str]:
    """Where each bin begins."""
    if "categories" in feature:
        return [*(str(category)[:LONGEST_START] for category in feature["categories"]), OTHERS]
    kinds = {each.name: each.kind for each in model.bundle.inputs} if model.bundle else {}
    return _edges(feature, _date if kinds.get(name) == "date" else _number)


def _edges(frozen: Mapping[str, Any], said: Callable[[float], str]) -> Sequence[str]:
    return [OTHERS, *map(said, frozen.get("edges") or ())]


def _number(edge: float) -> str:
    """As short as it is of the type that it came in: 0.2 in float32 is a longer number in float64."""
    single = np.float32(edge)
    return str(single).removesuffix(".0") if single == edge else f"{edge:.9g}"


def _date(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
