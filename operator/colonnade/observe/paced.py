"""Answers to queries over long windows, kept for as long as they are as good as new: a Deployment is looked at every
few seconds, and an hour's counts don't turn in that time."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from colonnade.observe.prometheus import Prometheus
from colonnade.signals.pods import MOST_FRESH, fresh_for
from colonnade.signals.series import Series


@dataclass(frozen=True)
class Kept:
    """An answer, or one that is under way, and when it was asked for."""

    answer: "asyncio.Task[tuple[Series, ...]]"
    at: datetime


class PacedReads:
    """Of one Prometheus."""

    def __init__(self, prometheus: Prometheus) -> None:
        self._prometheus = prometheus
        self._kept: dict[Hashable, Kept] = {}

    async def read(self, about: Hashable, query: str, window: timedelta, now: datetime) -> tuple[Series, ...]:
        """about: what the query is for, whatever it says of the time. An error is no answer, and isn't kept.

        Raises PrometheusError.
        """
        kept = self._kept.get(about)
        if kept is None or now - kept.at > fresh_for(window) or _failed(kept.answer):
            self._kept = {key: one for key, one in self._kept.items() if now - one.at <= MOST_FRESH}
            kept = self._kept[about] = Kept(asyncio.create_task(self._prometheus.query(query, now)), now)
        return await asyncio.shield(kept.answer)


def _failed(answer: "asyncio.Task[tuple[Series, ...]]") -> bool:
    return answer.done() and (answer.cancelled() or answer.exception() is not None)
