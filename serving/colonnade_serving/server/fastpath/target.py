"""A served model as the fast path sees it."""

from dataclasses import dataclass

from ...batching import Batcher
from ...models import Served
from ...telemetry.observer import Observer
from .codec import Codec


@dataclass(slots=True, eq=False)
class Target:
    """A served model, and what of it each request needs."""

    served: Served
    codec: Codec
    batcher: Batcher
    observer: Observer

    @staticmethod
    def of(served: Served) -> "Target":
        """The target of what just went into service."""
        codec = Codec(served.model)
        served.batcher.prepares.append(codec.prepare)
        return Target(served, codec, served.batcher, served.observer)
