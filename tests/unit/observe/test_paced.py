"""Counts over an hour are asked for once a minute, however often they are looked at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from colonnade.observe.paced import PacedReads
from colonnade.observe.prometheus import PrometheusError
from colonnade.signals.series import Series

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Counting:
    """A Prometheus that is away for its first answers."""

    def __init__(self, away: int = 0) -> None:
        self.asked, self.away = 0, away

    async def query(self, promql: str, at: datetime) -> tuple[Series, ...]:
        self.asked += 1
        if self.asked <= self.away:
            raise PrometheusError("away")
        return (Series({"query": promql}, ((at.timestamp(), self.asked),)),)


async def read(reads: PacedReads, seconds: float, window: timedelta = HOUR) -> Any:
    return (await reads.read("flights", "q", window, NOW + timedelta(seconds=seconds)))[0].samples[0][1]


async def test_an_answer_serves_a_sixtieth_of_its_window() -> None:
    reads = PacedReads(Counting())  # type: ignore[arg-type]
    assert [await read(reads, second) for second in (0, 5, 60, 61, 100)] == [1, 1, 1, 2, 2]


async def test_a_short_window_is_asked_for_at_each_look() -> None:
    reads = PacedReads(Counting())  # type: ignore[arg-type]
    minute = timedelta(minutes=1)
    assert [await read(reads, second, minute) for second in (0, 5, 10)] == [1, 2, 3]


async def test_an_error_is_not_kept() -> None:
    reads = PacedReads(Counting(away=1))  # type: ignore[arg-type]
    with pytest.raises(PrometheusError):
        await read(reads, 0)
    assert await read(reads, 1) == 2
