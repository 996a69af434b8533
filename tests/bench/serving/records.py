"""What was measured: one line of JSON each, so that runs can be put together and shown later."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Record:
    """One server under one load. rate: requests a second of an open loop; else `connections` ask without pause."""

    server: str
    model: str
    rows: int
    repeat: int
    at: int  # seconds since 1970
    connections: int
    rate: int | None
    rps: float
    p50_us: float
    p99_us: float
    max_us: float
    errors: int
    cpu_us: float  # CPU time of all its processes over the requests answered
    server_cpu: float  # of a core
    foreign_server: float  # what others took of the server's core, and of the load's
    foreign_load: float
    rss_mib: float
    pss_mib: float
    processes: int
    start_seconds: float
    off_by: float | None
    pressure: float = 1.0  # on the server's core before it began, by neighbours that no kernel sees

    @property
    def foreign(self) -> float:
        return max(self.foreign_server, self.foreign_load)


@dataclass(frozen=True)
class Failure:
    server: str
    model: str
    rows: int
    repeat: int
    failed: str


def line(record: Record | Failure, **more: Any) -> str:
    return json.dumps(asdict(record) | more)


def read(paths: Iterable[Path]) -> list[Record]:
    """What counts of these files: neither failures, nor what others' work had spoilt and was measured again."""
    lines = [json.loads(text) for path in paths for text in path.read_text().splitlines()]
    return [Record(**kept) for kept in lines if "failed" not in kept and not kept.pop("spoilt", False)]
