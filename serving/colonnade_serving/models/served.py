"""A model with all that answering for it takes, and how the repository's index speaks of it."""

from dataclasses import dataclass
from enum import StrEnum

from ..batching import Batcher
from ..loading import Model
from ..telemetry.observer import Observer


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Served:
    """A model that answers. Who holds one may still submit to its batcher after another model took its place."""

    model: Model
    batcher: Batcher
    observer: Observer


class State(StrEnum):
    """As Triton's repository index has it."""

    LOADING = "LOADING"
    READY = "READY"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the repository's index. reason: why it is not ready, or why what was to take its place could not."""

    name: str
    version: str
    state: State
    reason: str = ""
