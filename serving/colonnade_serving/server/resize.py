"""A pod that is resized in place: its models are to compute on as many threads as it has CPUs now."""

import asyncio
import logging

from ..models import Models
from ..protocol.errors import ProtocolError
from ..threads import intra_op_threads

log = logging.getLogger(__name__)


class Resize:
    """Looks at the CPU limit, and swaps each model for one on other threads when that changed; no request fails."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._threads = intra_op_threads()
        self._swapping: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Call it now and then."""
        threads = intra_op_threads()
        if threads == self._threads or not self._models.ready or self._swapping is not None:
            return
        log.info("the CPU limit changed", extra={"threads": threads, "before": self._threads})
        self._threads = threads
        self._swapping = asyncio.get_running_loop().create_task(self._swap())

    async def _swap(self) -> None:
        for name in sorted({served.model.name for served in self._models.served()}):
            try:
                await self._models.load(name)
            except ProtocolError as error:
                log.error(error.message, extra={"model": name})
        self._swapping = None
