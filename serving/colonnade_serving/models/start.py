"""What a model that was loaded is given before it answers, and what is taken from it afterwards."""

from collections.abc import Callable
from functools import partial

from ..batching import Batcher, Cost, Limits, Runner, explain
from ..loading import Model
from ..observation.observer import Observer
from .served import Served


def start(model: Model, observe: Callable[[Model], Observer], limits: Limits) -> Served:
    """The model with its batcher and its observer."""
    features = model.bundle.features if model.bundle else {}
    measured = model.calibration
    observer = observe(model)
    batcher = Batcher(
        Runner(model.engine, partial(explain, model.signature, features)),
        model.signature,
        observer.batch,
        limits,
        Cost(measured.fixed, measured.per_row, measured.rows) if measured else None,
    )
    observer.waiting = lambda: batcher.waiting
    return Served(model, batcher, observer)


async def stop(served: Served) -> None:
    """Answers what a model has taken, counts it, and leaves nothing that keeps the model's memory."""
    await served.batcher.drain()
    served.observer.close()
    served.observer.waiting = _none  # else observer and batcher would hold each other


def _none() -> int:
    return 0
