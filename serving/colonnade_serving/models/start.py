"""What a model that was loaded is given before it answers, and what is taken from it afterwards."""

import logging
from collections.abc import Callable
from functools import partial

from ..batching import Batcher, Cost, Limits, Runner, explain
from ..loading import Model
from ..telemetry.observer import Observer
from .served import Served

log = logging.getLogger(__name__)


def start(model: Model, observe: Callable[[Model], Observer], limits: Limits) -> Served:
    """The model with its batcher and its observer."""
    features = model.bundle.features if model.bundle else {}
    observer = observe(model)
    batcher = Batcher(
        Runner(model.engine, partial(explain, model.signature, features), partial(_parted, model), model.mixes is None),
        model.signature,
        observer.batch,
        limits,
        _cost(model),
    )
    observer.waiting = lambda: batcher.waiting
    observer.batching = lambda: batcher.batching
    _tell(model)
    return Served(model, batcher, observer)


def _cost(model: Model) -> Cost:
    measured, predictable = model.calibration, model.engine.unpredictable is None
    if measured is None:
        return Cost(predictable=predictable)
    return Cost(measured.fixed, measured.per_row, measured.rows, predictable)


async def stop(served: Served) -> None:
    """Answers what a model has taken, counts it, and leaves nothing that keeps the model's memory."""
    await served.batcher.drain()
    served.observer.close()
    served.observer.waiting, served.observer.batching = _none, bool  # else observer and batcher would hold each other


def _tell(model: Model) -> None:
    about = {"model": model.name, "version": model.version}
    if model.engine.unpredictable is not None:
        log.info("each inference runs in a thread", extra=about | {"why": model.engine.unpredictable})
    if model.mixes is None:
        log.info("requests that come together are batched", extra=about)
        return
    mixes = model.mixes
    log.info(
        "each request runs alone", extra=about | {"node": mixes.node, "operator": mixes.operator, "why": str(mixes)}
    )


def _parted(model: Model, why: str) -> None:
    log.warning(
        "requests are no longer batched, each runs alone",
        extra={"model": model.name, "version": model.version, "why": why},
    )


def _none() -> int:
    return 0
