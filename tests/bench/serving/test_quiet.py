"""How much neighbours press on a core, of loops whose seconds are given and of the real one."""

import os
from pathlib import Path

import pytest

from tests.bench.serving import quiet
from tests.bench.serving.quiet import CALIBRATIONS, Core, tracked

CORE = str(min(os.sched_getaffinity(0)))


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "PAUSE_SECONDS", 0.0)


def core(*later: float) -> Core:
    """One whose loop took 2 s while it looked for the least, and takes this later."""
    return Core(CORE, iter([2.0] * (1 + CALIBRATIONS) + list(later)).__next__)


def test_the_pressure_is_what_the_loop_takes_over_the_least_it_ever_took():
    it = core(3.0, 1.0, 3.0)
    assert [it.pressure() for _ in range(3)] == [1.5, 1.0, 3.0]


def test_a_quiet_core_is_waited_for():
    assert core(4.0, 3.0, 2.1, 9.0).wait(limit=1.15, max_wait=60.0) == 1.05


def test_the_wait_ends_in_time_and_says_what_the_pressure_is():
    assert core(4.0, 2.0).wait(limit=1.15, max_wait=0.0) == 2.0


def test_the_real_loop_runs_on_its_core():
    pinned: list[set[int]] = []

    def loops() -> float:
        pinned.append(os.sched_getaffinity(0))
        return quiet._loops()

    assert Core(CORE, loops).pressure() >= 1
    assert pinned == [{int(CORE)}] * (2 + CALIBRATIONS)


@pytest.mark.parametrize(("count", "is_tracked"), [("0\n", False), ("140\n", True), (None, False)])
def test_connections_are_tracked_where_the_kernel_counts_some(tmp_path: Path, count: str | None, is_tracked: bool):
    if count is not None:
        (tmp_path / "count").write_text(count)
    assert tracked(tmp_path / "count") is is_tracked
