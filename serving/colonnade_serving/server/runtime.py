"""What one serving process knows: its model, once there is one, and whether it takes requests."""

from collections.abc import Sequence
from functools import partial

from ..batching import Batcher, Limits, Overloaded, Runner, Work, explain
from ..loading import Model
from ..observation.metrics import Metrics, Series
from ..protocol.errors import ProtocolError
from ..settings import Settings


def loading() -> Overloaded:
    """The answer before there is a model."""
    return Overloaded("the model is still loading")


class Runtime:
    """The state behind the routes."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings = settings
        self.metrics = metrics
        self.model: Model | None = None
        self.series: Series | None = None
        self.batcher: Batcher | None = None
        self.draining = False

    @property
    def ready(self) -> bool:
        """Whether new traffic should come here."""
        return self.model is not None and not self.draining

    def adopt(self, model: Model) -> None:
        """From now on this model answers."""
        self.series = series = self.metrics.of(model)
        features = model.bundle.features if model.bundle else {}

        def observed(works: Sequence[Work], started: float, ended: float) -> None:
            for work in works:
                series.queue.observe(work.started - work.queued)
                series.compute.observe(ended - started)

        self.batcher = Batcher(
            Runner(model.engine, partial(explain, model.signature, features)),
            model.signature,
            observed,
            Limits(queue=self.settings.queue_limit, at_once=self.settings.inference_threads or 1),
        )
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

    def close(self) -> None:
        """Ends the threads; what still waits is dropped."""
        if self.batcher is not None:
            self.batcher.close()
