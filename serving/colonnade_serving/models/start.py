"""What a model that was loaded is given before it answers."""

from collections.abc import Sequence
from functools import partial

from ..batching import Batcher, Limits, Runner, Work, explain
from ..loading import Model
from ..observation.metrics import Metrics
from .served import Served


def start(model: Model, metrics: Metrics, limits: Limits) -> Served:
    """The model with its batcher and its observer."""
    series = metrics.of(model)
    features = model.bundle.features if model.bundle else {}

    def observed(works: Sequence[Work], started: float, ended: float) -> None:
        for work in works:
            series.queue.observe(work.started - work.queued)
            series.compute.observe(ended - started)

    runner = Runner(model.engine, partial(explain, model.signature, features))
    return Served(model, Batcher(runner, model.signature, observed, limits), series)
