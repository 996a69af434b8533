"""The loop stays awake where that pays, and only there."""

import asyncio

import pytest

from colonnade_serving.batching.busy import BusyPoll
from colonnade_serving.settings import Settings

LOOKS_OUT = 200.0
"""Seconds, of a clock that goes on by one with each turn of the loop that it is looked at."""


class Watch:
    """A clock that each look sets forward by a second."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def turns(*gaps: float, seconds: float = LOOKS_OUT) -> int:
    """How often the loop turned without sleeping after the last of requests, each so long after the answer before."""
    watch = Watch()
    poll = BusyPoll(seconds, watch)

    async def serve() -> int:
        began = 0.0
        for gap in gaps:
            watch.now += gap
            poll.asked(watch.now)
            poll.answered(watch.now)
            began = watch.now
            await _rest()
        return round(watch.now - began)

    return asyncio.run(serve())


async def _rest() -> None:
    """Until nobody wants the loop to turn: each turn of its own queues another."""
    for _ in range(2 * int(LOOKS_OUT)):
        await asyncio.sleep(0)


def test_one_request_after_a_pause_lets_the_loop_sleep():
    assert turns(10 * LOOKS_OUT) == 0


def test_a_request_soon_after_an_answer_keeps_it_awake_as_long_as_was_set():
    assert turns(10 * LOOKS_OUT, 1.0) == LOOKS_OUT


def test_it_sleeps_again_once_requests_come_seldom():
    assert turns(10 * LOOKS_OUT, 1.0, 10 * LOOKS_OUT) == 0


def test_0_is_never():
    assert turns(1.0, 1.0, 1.0, seconds=0.0) == 0


@pytest.fixture
def cpus(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    has = [1.0]
    monkeypatch.setattr("colonnade_serving.settings.cpu_limit", lambda: has[0])
    return has


@pytest.mark.parametrize(("limit", "workers", "looks"), [(1.0, "1", True), (0.5, "1", False), (1.5, "2", False)])
def test_it_never_uses_up_a_quota(cpus: list[float], limit: float, workers: str, looks: bool):
    cpus[0] = limit
    assert bool(Settings(bundle="m", workers=workers).busy_poll_seconds) == looks
