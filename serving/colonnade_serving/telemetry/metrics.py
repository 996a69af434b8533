"""The process's metrics, alone or as one of several workers whose counts are told as one."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    values,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from ..loading import Model
from .exemplars import Exemplars
from .held_out import HeldOut
from .reference import References
from .series import Families

# Each histogram would carry one more series that nobody queries.
disable_created_metrics()  # type: ignore[no-untyped-call]

GAUGES = {
    "process_resident_memory_bytes": "Resident memory of all workers, in bytes.",
    "process_virtual_memory_bytes": "Virtual memory of all workers, in bytes.",
    "process_open_fds": "Open file descriptors of all workers.",
}
CPU = "process_cpu_seconds"
START_BYTES = 4


class Counts(Protocol):
    """One model's, as an Observer keeps them: what is counted later, and what its gauges tell."""

    model: Model
    inflight: int
    waiting: Callable[[], int]
    batching: Callable[[], bool]

    def flush(self) -> None:
        """Counts all that is pending, and publishes it."""

    async def settle(self) -> None:
        """As flush, but requests are answered meanwhile."""


class Metrics:
    """All metrics of the process.

    slot, directory: of a worker among several. The directory is theirs alone, by its name too, and empty at the
    first one's start; a
    slot is one process's at a time, and the next process in it goes on counting where the last one ended. Each of
    them then tells the counts of all. Used from the loop's thread only.
    """

    def __init__(self, slot: int | None = None, directory: Path | None = None) -> None:
        self.observers: list[Counts] = []
        self.exemplars = Exemplars()
        self._process: WorkerProcess | None = None
        if slot is None or directory is None:
            source = CollectorRegistry()
            self.families = Families(source, token_hex(START_BYTES))
            for collector in (ProcessCollector, PlatformCollector, GCCollector):
                collector(registry=source)
        else:
            source = _shared(slot, directory)
            self.families = Families(None, directory.name.rpartition("-")[2])
            self._process = WorkerProcess()
        self.registry = CollectorRegistry()
        self.registry.register(self.exemplars.over(source))
        for told in (References, HeldOut):
            self.registry.register(told(lambda: [observer.model for observer in list(self.observers)]))
        self.ready = self.families.ready
        self.ready.set(0)

    @property
    def shared(self) -> bool:
        """Whether another process may be asked for what this one counted."""
        return self._process is not None

    def describe(self, model: Model) -> None:
        """Publishes what is served, how well it matched its golden outputs and what its batches cost."""
        trained_as = model.bundle.model if model.bundle else ""
        self.families.info.labels(model.name, model.digest, trained_as, model.version).set(1)
        if model.golden is not None:
            self.families.golden.labels(model.name).set(model.golden)
        if (measured := model.calibration) is not None:
            self.families.calibration.labels(model.name, "fixed").set(measured.fixed)
            self.families.calibration.labels(model.name, "per_row").set(measured.per_row)
            self.families.safe.labels(model.name).set(measured.safe_rows_per_second)

    def unknown_model(self, code: int, reason: str) -> None:
        """Counts an infer request that named no model that is served."""
        self.families.requests.labels("", str(code)).inc()
        self.families.errors.labels("", reason).inc()

    def retire(self, observer: Counts) -> None:
        """Takes a model that is out of service out of what is told, as far as no successor has its name."""
        self.observers.remove(observer)
        model = observer.model
        trained_as = model.bundle.model if model.bundle else ""
        if all(other.model.digest != model.digest for other in self.observers):
            labels = (model.name, model.digest, trained_as, model.version)
            if self._process is None:
                self.families.info.remove(*labels)
            else:
                self.families.info.labels(*labels).set(0)  # the workers' files keep what is in them

    def tell_process(self) -> None:
        """Publishes a worker's CPU seconds and memory; of a process alone they are read when they are asked for."""
        if self._process is not None:
            self._process.publish()

    def flush(self) -> None:
        """Counts all that is pending; what the loop then tells, or another worker, is complete."""
        for observer in self.observers:
            observer.flush()

    async def scrape(self, accept: str = "") -> tuple[bytes, str]:
        """All series as text, and its media type; with exemplars when `accept` asks for OpenMetrics."""
        for observer in list(self.observers):
            await observer.settle()
        encode, media_type = choose_encoder(accept)
        return await asyncio.to_thread(encode, self.registry), media_type


def forget(slot: int, directory: Path) -> None:
    """Takes the gauges of a worker that is gone out of the sums. Its counts stay."""
    mark_process_dead(slot, os.fspath(directory))  # type: ignore[no-untyped-call]


def _shared(slot: int, directory: Path) -> CollectorRegistry:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.fspath(directory)
    forget(slot, directory)
    values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call,assignment,unused-ignore]
    registry = CollectorRegistry()
    MultiProcessCollector(registry, os.fspath(directory))  # type: ignore[no-untyped-call]
    return registry


class WorkerProcess:
    """A worker's CPU seconds, memory and file descriptors as one pod's, which prometheus_client doesn't add up.

    The CPU seconds of workers that are gone still count.
    """

    def __init__(self) -> None:
        self._collector = ProcessCollector(registry=None)
        self._cpu = Counter(CPU, "User and system CPU time of all workers, in seconds.", registry=None)
        self._gauges = {
            name: Gauge(name, says, registry=None, multiprocess_mode="livesum") for name, says in GAUGES.items()
        }
        self._used = 0.0

    def publish(self) -> None:
        """Brings the series up to date."""
        for metric in self._collector.collect():
            value = metric.samples[0].value
            if metric.name == CPU:
                self._cpu.inc(value - self._used)
                self._used = value
            elif gauge := self._gauges.get(metric.name):
                gauge.set(value)
