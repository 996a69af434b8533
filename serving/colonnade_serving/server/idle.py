"""Models that nobody asks for a while give back what their larger runs took."""

import asyncio
from weakref import WeakKeyDictionary

from ..clock import clock
from ..loading import made_up
from ..models import Models, Served
from ..models.memory import trim

IDLE_SECONDS = 30.0


class Idle:
    """Looks for models that ran since it last looked, and are idle now. seconds: for how long."""

    def __init__(self, models: Models, seconds: float = IDLE_SECONDS) -> None:
        self._models, self._seconds = models, seconds
        self._seen: WeakKeyDictionary[Served, float] = WeakKeyDictionary()
        self._task: asyncio.Task[None] | None = None

    def look(self) -> "asyncio.Task[None] | None":
        """Call it now and then; what it began, if anything."""
        if self._task is not None and not self._task.done():
            return None
        for served in self._models.served():
            ended = served.batcher.idle_since
            if ended is None or ended == self._seen.get(served):
                continue
            if clock() - ended > self._seconds:
                self._seen[served] = ended
                self._task = asyncio.get_running_loop().create_task(_shrink(served))
                return self._task
        return None


async def _shrink(served: Served) -> None:
    engine = served.model.engine
    if await asyncio.to_thread(engine.shrink, made_up(engine.inputs)):
        await asyncio.to_thread(trim)
