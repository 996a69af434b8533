"""One pass over one object: observe, plan, act."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from colonnade.act.objects import NotOwned, Terminating
from colonnade.act.perform import Applier, act
from colonnade.kube.errors import ApiError, Conflict, LeadershipLost, NamespaceEnding
from colonnade.kube.kinds import Key, Manifest, Resource
from colonnade.plan.common.decision import Decision, Event
from colonnade.plan.common.obstacles import NAME_TAKEN, known_obstacle, obstructed, refusal, stalled
from colonnade.runtime.metrics import Metrics
from colonnade_api import Status

log = logging.getLogger(__name__)

Decide = Callable[[Key, Manifest, datetime], Awaitable[Decision[Any]]]
REFUSED = frozenset({403, 422})


@dataclass(frozen=True)
class Reconciler:
    """decide: for each of our kinds, observes and plans. clock: the time now, UTC. limit: of a pass, in seconds."""

    decide: Mapping[Resource, Decide]
    applier: Applier
    metrics: Metrics
    limit: float
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def reconcile(self, key: Key) -> timedelta | None:
        """Returns after how long to pass again. Whatever it raises, the next pass begins anew."""
        live = self.applier.cache.get(key)
        if live is None:
            return None
        started = monotonic()
        try:
            async with asyncio.timeout(self.limit):
                decision = await self.decide[key.resource](key, live, self.clock())
                await self._act(key, decision, live)
        except (NotOwned, ApiError) as error:
            await self._tell(key, str(live["metadata"]["uid"]), error)
            raise
        finally:
            self.metrics.passed(key, monotonic() - started)
        return decision.requeue_after

    async def _act(self, key: Key, decision: Decision[Any], live: Manifest) -> None:
        """A name that somebody else has, or a write that is refused, stalls the object until an attempt succeeds."""
        before = Status.model_validate(live.get("status") or {})
        known = known_obstacle(before, decision)
        try:
            await act(stalled(decision, known), live, self.applier)
        except (NotOwned, ApiError) as error:
            if said := _obstacle(error):
                condition = obstructed(*said, before, live["metadata"].get("generation", 0), self.clock())
                with suppress(ApiError):  # it may be status itself that is refused
                    await self._record(key, stalled(decision, condition))
            raise
        if known:
            await self._record(key, decision)

    async def _record(self, key: Key, decision: Decision[Any]) -> None:
        if live := self.applier.cache.get(key):
            await act(Decision((), decision.status), live, self.applier)

    def failed(self, key: Key, error: Exception) -> float | None:
        """Counts and logs a failed pass; the seconds that the API server asked us to wait."""
        reason = error.reason if isinstance(error, ApiError) else type(error).__name__
        self.metrics.failed(key, reason)
        if isinstance(error, Conflict | Terminating | NamespaceEnding):
            log.debug("%s: %s; once more", key, error)
        elif isinstance(error, ApiError | NotOwned | LeadershipLost | TimeoutError):
            log.warning("%s: %s", key, str(error) or f"a pass took more than {self.limit:.0f} s")
        else:
            log.error("%s: the pass broke", key, exc_info=error)
        return error.retry_after if isinstance(error, ApiError) else None

    async def _tell(self, key: Key, uid: str, error: NotOwned | ApiError) -> None:
        """What a person has to mend is said on the object."""
        if said := _obstacle(error):
            await self.applier.events.say(key, uid, Event("Warning", *said))


def _obstacle(error: NotOwned | ApiError) -> tuple[str, str] | None:
    """Reason and words, where a person has to mend it."""
    if isinstance(error, NotOwned):
        return NAME_TAKEN, str(error)
    if error.status in REFUSED and not isinstance(error, NamespaceEnding):
        return refusal(str(error))
    return None
