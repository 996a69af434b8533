"""Start, check, warm up, load, check again: a record for each level of load."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import rpc
from .cases import Case
from .load import Load, Outcome, load
from .processes import TICK, Running, Usage, running
from .quiet import Core
from .records import Record
from .registry import REGISTRY, Server
from .rpc import RpcLoad

WARM_CONNECTIONS = 8
PORTS = 10
"""That a server may take, from its first on, when several are up at once."""


@dataclass(frozen=True)
class Plan:
    """How a server is measured. Seconds are of each level.

    foreign: a core's share that spoils a level when others take more. pressure: a level begins when there is less on
    the server's core, or when max_wait, in seconds, is over.
    """

    connections: tuple[int, ...] = (1, 8, 64)
    rates: tuple[int, ...] = ()
    rows: int = 1
    seconds: int = 10
    warm_seconds: int = 5
    start_seconds: int = 90
    foreign: float = 0.05
    pressure: float = 1.15
    max_wait: float = 20.0
    server_core: str = "0"
    load_core: str = "1"
    port: int = 9100


@dataclass(frozen=True)
class Level:
    """connections: a closed loop; rate: an open one."""

    connections: int = 0
    rate: int | None = None

    def run(self, by: Load | RpcLoad, seconds: int) -> Outcome:
        return by.closed(self.connections, seconds) if self.rate is None else by.steady(self.rate, seconds)


@dataclass(frozen=True)
class Moment:
    """The clocks that a load is held against, all in seconds."""

    clock: float
    server: Usage
    server_core: float
    load_core: float
    children: float


def check(server: Server, case: Case, plan: Plan) -> float | None:
    """Starts it and compares its answers; how far off the worst one is."""
    with running(server, case, plan.server_core, plan.port) as started:
        started.wait(plan.start_seconds)
        return max((off for rows in {1, plan.rows} if (off := started.off_by(case, rows)) is not None), default=None)


@dataclass(frozen=True)
class Ready:
    """A server that is up, warm and right, and what loads it. seconds: until its first right answers."""

    name: str
    model: str
    running: Running
    by: Load | RpcLoad
    seconds: float
    off_by: float | None


def measure(name: str, case: Case, plan: Plan, repeat: int, core: Core) -> Iterator[tuple[Record, bool]]:
    """Each level's record, and whether it is spoilt: then it is measured once more. Raises when answers are wrong.

    core: the server's.
    """
    with _ready(name, case, plan, plan.port) as server:
        for level in _levels(plan):
            for last in (False, True):
                record = _window(server, level, plan, repeat, core.wait(plan.pressure, plan.max_wait))
                spoilt = record.foreign > plan.foreign and not last
                yield record, spoilt
                if not spoilt:
                    break


def together(names: Sequence[str], case: Case, plan: Plan, windows: int, core: Core) -> Iterator[Record]:
    """As `measure`, with all servers up at once: of each level so many windows each, one server's after another's.

    What changes on the machine from one minute to the next then meets all alike, so that no window counts as spoilt. A
    window's place is `repeat`.
    """
    with ExitStack() as stack:
        servers = [
            stack.enter_context(_ready(name, case, plan, plan.port + place * PORTS)) for place, name in enumerate(names)
        ]
        for level in _levels(plan):
            for window in range(windows):
                pressure = core.wait(plan.pressure, plan.max_wait)
                for server in servers if window % 2 else servers[::-1]:
                    yield _window(server, level, plan, window, pressure)


@contextmanager
def _ready(name: str, case: Case, plan: Plan, port: int) -> Iterator[Ready]:
    server = REGISTRY[name]
    with ExitStack() as stack:
        began = time.monotonic()
        started = stack.enter_context(running(server, case, plan.server_core, port))
        started.wait(plan.start_seconds)
        off_by = [started.off_by(case, rows) for rows in {1, plan.rows}][-1]
        waited = time.monotonic() - began
        by = stack.enter_context(_load(server, case.window(0, plan.rows), started, plan.load_core))
        if plan.warm_seconds:
            by.closed(WARM_CONNECTIONS, plan.warm_seconds)
        yield Ready(name, case.name, started, by, waited, off_by)
        started.off_by(case, 1)


def _levels(plan: Plan) -> Iterator[Level]:
    yield from (Level(connections) for connections in plan.connections)
    yield from (Level(rate=rate) for rate in plan.rates)


def _window(server: Ready, level: Level, plan: Plan, repeat: int, pressure: float) -> Record:
    before = _now(server.running, plan)
    outcome = level.run(server.by, plan.seconds)
    return Record(
        server.name,
        server.model,
        plan.rows,
        repeat,
        int(time.time()),
        **_record(level, before, outcome, _now(server.running, plan)),
        start_seconds=round(server.seconds, 2),
        off_by=server.off_by,
        pressure=round(pressure, 3),
    )


def _load(server: Server, case: Case, started: Running, core: str) -> AbstractContextManager[Load | RpcLoad]:
    return rpc.load(case, started.target, core) if server.rpc else load(server, case, started.url, core)


def _record(level: Level, before: Moment, outcome: Outcome, after: Moment) -> dict[str, Any]:
    clock, cpu = after.clock - before.clock, after.server.cpu_seconds - before.server.cpu_seconds
    return {
        "connections": level.connections,
        "rate": level.rate,
        "rps": round(outcome.answered / outcome.seconds, 1),
        "p50_us": outcome.p50_us,
        "p99_us": outcome.p99_us,
        "max_us": outcome.max_us,
        "errors": outcome.errors,
        "cpu_us": round(cpu * 1e6 / max(outcome.answered, 1), 1),
        "server_cpu": round(cpu / clock, 3),
        "foreign_server": round((after.server_core - before.server_core - cpu) / clock, 3),
        "foreign_load": round((after.load_core - before.load_core - (after.children - before.children)) / clock, 3),
        "rss_mib": round(after.server.resident_bytes / 2**20, 1),
        "pss_mib": round(after.server.proportional_bytes / 2**20, 1),
        "processes": after.server.processes,
    }


def _now(started: Running, plan: Plan) -> Moment:
    children = sum(os.times()[2:4])
    return Moment(time.monotonic(), started.usage(), _busy(plan.server_core), _busy(plan.load_core), children)


def _busy(core: str) -> float:
    for text in Path("/proc/stat").read_text().splitlines():
        if text.startswith(f"cpu{core} "):
            ticks = [int(word) for word in text.split()[1:]]
            return (sum(ticks[:8]) - ticks[3] - ticks[4]) / TICK
    raise LookupError(f"/proc/stat knows no core {core}")
