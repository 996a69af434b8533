"""What one serving process knows: its model, once there is one, and whether it takes requests."""

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..loading import Model
from ..observation.metrics import Metrics, Series
from ..protocol.errors import ProtocolError
from ..settings import Settings
from ..threads import intra_op_threads

Arrays = Mapping[str, np.ndarray]


class Overloaded(ProtocolError):
    """A request that was turned away before any work; the client may come back in a second."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 503)


def loading() -> Overloaded:
    """The answer before there is a model."""
    return Overloaded("the model is still loading")


@dataclass(frozen=True, slots=True)
class Computed:
    """An inference's outputs by name, and the seconds it waited and ran."""

    outputs: dict[str, np.ndarray]
    waited: float
    ran: float


class Runtime:
    """The state behind the routes. Inference runs in a few threads of its own, so that health answers meanwhile."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings = settings
        self.metrics = metrics
        self.model: Model | None = None
        self.series: Series | None = None
        self.draining = False
        workers = settings.inference_threads or intra_op_threads()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="infer")
        self._slots = workers + settings.queue_limit
        self._taken = 0

    @property
    def ready(self) -> bool:
        """Whether new traffic should come here."""
        return self.model is not None and not self.draining

    def adopt(self, model: Model) -> None:
        """From now on this model answers."""
        self.series = self.metrics.of(model)
        self.model = model
        self.metrics.ready.set(1)

    def start_drain(self) -> None:
        """From now on not ready; what still comes is answered."""
        self.draining = True
        self.metrics.ready.set(0)

    def named(self, name: str, version: str | None = None) -> Model:
        """The model that a path names. Raises ProtocolError: 404 for another name or version, 503 while it loads."""
        if self.model is None:
            raise loading()
        if name != self.model.name:
            raise ProtocolError(f"model {name!r} is unknown; this server has {self.model.name!r}", 404)
        if version not in (None, self.model.version):
            raise ProtocolError(
                f"version {version!r} of {name} is unknown; this server has {self.model.version!r}", 404
            )
        return self.model

    def submit(self, model: Model, inputs: Arrays, outputs: tuple[str, ...]) -> asyncio.Future[Computed]:
        """Queues an inference. Raises Overloaded when the queue is full; the future raises ModelFailed."""
        if self._taken >= self._slots:
            raise Overloaded(f"{self.settings.queue_limit} requests are waiting already")
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(
            self._pool, _compute, model, inputs, outputs, time.perf_counter()
        )
        future.add_done_callback(self._release)
        return future

    def close(self) -> None:
        """Ends the threads; what still waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _release(self, _: asyncio.Future[Computed]) -> None:
        self._taken -= 1


def _compute(model: Model, inputs: Arrays, outputs: tuple[str, ...], queued: float) -> Computed:
    started = time.perf_counter()
    computed = model.engine.infer(inputs, outputs)
    return Computed(computed, started - queued, time.perf_counter() - started)
