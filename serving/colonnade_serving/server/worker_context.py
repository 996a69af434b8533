"""What a process knows of the workers beside it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..models import Models


def _nobody(_: Sequence[str]) -> None:
    pass


def _alone(_: Models) -> None:
    pass


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """A process's place among the workers.

    slot, directory: where its metrics are kept, see Metrics. late: others serve already, so it listens once it is
    ready. names: the models to load, None for all. report_ready: is told the models that answer. join: is given the
    table of models before it is used, so that what clients load and unload is done everywhere.
    """

    slot: int | None = None
    directory: Path | None = None
    late: bool = False
    names: Collection[str] | None = None
    report_ready: Callable[[Sequence[str]], None] = _nobody
    join: Callable[[Models], None] = _alone

    @property
    def is_one_of_several(self) -> bool:
        """Whether it is one of several."""
        return self.slot is not None


ALONE = WorkerContext()
