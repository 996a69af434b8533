"""The payload log: a sample of the requests and every label that could not be joined, off the latency path."""

import logging
import random
import time
from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import NamedTuple

from ..batching.task import InferenceTask
from ..clock import clock
from ..loading import Model
from .background_worker import BackgroundWorker
from .events import Sampled, feedback, prediction
from .feedback import Label
from .logs import RateLimitFilter
from .series import Families
from .sinks import Sink, SinkError

log = logging.getLogger(__name__)
log.addFilter(RateLimitFilter())
names = logging.getLogger(f"{__name__}.names")

FLUSH_SECONDS = 2.0

MOST_BYTES = 32 << 20


class Event(NamedTuple):
    """Whose it is, how to make it, and the bytes that it keeps alive until then."""

    model: str
    make: Callable[[], bytes]
    size: int = 0


class Payloads:
    """One process's log. `colonnade_payloads_total` counts events written, dropped since too much waits, and failed."""

    def __init__(self, families: Families, sink: Sink, share: float, protected: Set[str]) -> None:
        """share: of the requests, 0 to 1. protected: names whose values are left out, besides those of a bundle."""
        self._families, self._sink = families, sink
        self._share, self._protected = share, protected
        self._clock = time.time() - clock()
        self._offered = self._done = 0  # bytes; each is written by one thread only
        self._worker: BackgroundWorker[Event] = BackgroundWorker("payloads", self._write, FLUSH_SECONDS)

    def of(self, model: Model) -> "Payload":
        """One model's part of it. What is to be protected and isn't there is said: it may be misspelt."""
        fields = {*model.signature.inputs, *model.signature.optional, *model.signature.outputs}
        strange = [name for name in self._protected if name and not {name, name.partition("[")[0]} & fields]
        if strange:
            names.warning("protected is no input or output", extra={"model": model.name, "names": sorted(strange)})
        return Payload(self, model, self._protected | protected_by(model))

    def offer(self, event: Event) -> None:
        """Queues an event, or drops it."""
        if self._offered - self._done + event.size > MOST_BYTES or not self._worker.offer(event):
            self._families.payloads.labels(event.model, "dropped").inc()
        else:
            self._offered += event.size

    def sample(self, tasks: Sequence[InferenceTask]) -> Sequence[InferenceTask]:
        """Those of tasks that are to be logged; which, chance decides."""
        if self._share >= 1:
            return tasks
        return [task for task in tasks if random.random() < self._share]  # noqa: S311 - no secret hangs on it

    def wall(self, seconds: float) -> float:
        """Seconds since 1970 of a perf_counter() time."""
        return self._clock + seconds

    def finish(self) -> None:
        """Nothing more comes: begins to write what waits."""
        self._worker.finish()

    def close(self, seconds: float) -> None:
        """Writes what waits, within `seconds`."""
        left = self._worker.close(seconds)
        for event in left:
            self._families.payloads.labels(event.model, "dropped").inc()
        if left:
            log.warning("payload events were not written", extra={"events": len(left)})

    def _write(self, events: list[Event]) -> None:
        outcome = "failed"
        try:
            self._sink.write([event.make() for event in events])
            outcome = "written"
        except SinkError as error:
            log.warning("payload events were not written", extra={"error": str(error), "events": len(events)})
        finally:
            self._done += sum(event.size for event in events)
            for event in events:
                self._families.payloads.labels(event.model, outcome).inc()


class Payload:
    """One model's part of the log."""

    def __init__(self, payloads: Payloads, model: Model, protected: Set[str]) -> None:
        self._payloads, self._model, self._protected = payloads, model, protected

    def ran(self, tasks: Sequence[InferenceTask]) -> None:
        """Samples what ran; see Observer.batched."""
        for task in self._payloads.sample(tasks):
            if task.batch is not None:
                sampled = self._sampled(task)
                size = sum(array.nbytes for array in (*sampled.inputs.values(), *sampled.outputs.values()))
                self._payloads.offer(Event(self._model.name, partial(prediction, sampled, self._protected), size))

    def unjoined(self, label: Label) -> None:
        """Logs a label of a request that this process does not remember."""
        self._payloads.offer(Event(self._model.name, partial(feedback, self._model, label)))

    def _sampled(self, task: InferenceTask) -> Sampled:
        outputs = {name: array.copy() for name, array in (task.results or {}).items()}  # the batch's need not stay
        queue, compute = task.started - task.queued, task.ended - task.started
        return Sampled(self._model, task.id, self._payloads.wall(task.ended), task.arrays(), outputs, queue, compute)


def protected_by(model: Model) -> Set[str]:
    """The names that a bundle says are protected: `protected: true` at a feature, or a list in its lineage."""
    if model.bundle is None:
        return frozenset()
    features = {name for name, feature in model.bundle.features.items() if feature.get("protected") is True}
    listed = model.bundle.lineage.get("protected")
    return frozenset(features | {str(name) for name in listed} if isinstance(listed, list) else features)
