"""A peak of memory is that of the process which is measured, not of the one that measures."""

import os
import sys

from tests.bench.data import measuring

HELD = 300 << 20


def test_what_the_bench_holds_is_not_taken_for_what_it_starts() -> None:
    held = bytes(1) * HELD
    small = measuring.run([sys.executable, "-I", "-S", "-c", ""], os.environ)
    assert len(held) == HELD
    assert small.memory < HELD / 2


def test_what_a_process_holds_and_computes_is_told() -> None:
    large = measuring.run(
        [sys.executable, "-I", "-S", "-c", f"held = bytes(1) * {HELD}; sum(range(10**6))"], os.environ
    )
    assert large.memory > HELD
    assert large.cpu > 0
    assert large.ended == 0


def test_how_a_process_ended_is_told() -> None:
    assert measuring.run([sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"], os.environ).ended == 3
