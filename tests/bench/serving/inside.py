"""`python -m tests.bench.serving.inside`: where a request's microseconds go inside our process, with no socket between.

A closed loop of `--connections` is fed by hand. A clock is read where compiled code meets what is interpreted, since
nothing can be put around a function that is compiled: when bytes are handed over, when the engine begins and ends, when
an answer is written, and at the next turn of the loop. Medians of the last half are told: the first warms up.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from statistics import median
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from colonnade_serving.engine import Engine
from colonnade_serving.server.process import Process
from colonnade_serving.server.serve import Server, _config
from colonnade_serving.server.worker_context import ALONE
from colonnade_serving.settings import Settings

from . import environments
from .cases import MODELS
from .registry import REGISTRY

STAGES = (
    "received: head found, body read, queued",
    "the loop's turn, taken, joined",
    "the engine",
    "encoded, written",
    "cost learnt, observed, the loop's turn",
)


class Client(asyncio.Transport):
    """Takes answers, and says so."""

    def __init__(self, taken: Callable[[], None]) -> None:
        super().__init__()
        self._taken = taken
        self.latest = b""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)}.get(name, default)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.latest = bytes(data)
        self._taken()

    def is_closing(self) -> bool:
        return False


class Loop:
    """Clients of a process, by hand."""

    def __init__(self, process: Process, server: Server, request: bytes, connections: int, engine: list[float]) -> None:
        """engine: where `clocked` leaves its marks."""
        self._request = request
        self._engine = engine
        self._written = 0.0
        self._clients: list[tuple[Any, Client]] = []
        self._waiting = 0
        self._answered = asyncio.Event()
        for _ in range(connections):
            connection = process.connection(  # type: ignore[call-arg]
                config=server.config, server_state=server.server_state, app_state={}
            )
            client = Client(self._took)
            connection.connection_made(client)
            self._clients.append((connection, client))

    async def ask(self, rounds: int) -> list[list[float]]:
        """Each client asks, and waits for its answer, so often; returns each round's seconds by stage."""
        told = []
        for _ in range(rounds):
            self._waiting = len(self._clients)
            self._answered.clear()
            began = time.perf_counter()
            for connection, _ in self._clients:
                connection.data_received(self._request)
            received = time.perf_counter()
            await asyncio.sleep(0)
            await self._answered.wait()
            received = min(received, self._engine[0])  # a lone request runs before it is left to the loop
            marks = (began, received, *self._engine, self._written, time.perf_counter())
            told.append([after - before for before, after in pairwise(marks)])
        assert all(client.latest.startswith(b"HTTP/1.1 200") for _, client in self._clients)
        return told

    def _took(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._written = time.perf_counter()
            self._answered.set()


@contextmanager
def clocked(marks: list[float]) -> Iterator[None]:
    """Marks when the engine began and ended, while this lasts."""
    originals = {name: getattr(Engine, name) for name in ("infer", "infer_row")}
    for name, original in originals.items():
        setattr(Engine, name, _marking(original, marks))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(Engine, name, original)


def _marking(original: Callable[..., Any], marks: list[float]) -> Callable[..., Any]:
    def infer(*arguments: Any, **more: Any) -> Any:
        began = time.perf_counter()
        try:
            return original(*arguments, **more)
        finally:
            marks[:] = began, time.perf_counter()

    return infer


async def inside(model: str, server: str, connections: int, requests: int) -> Table:
    """The table of stages."""
    case = environments.case(model).window(0, 1)
    entry = REGISTRY[server]
    body, headers = entry.ask(case)
    lines = {"Host": "here", "Content-Type": entry.content_type, **headers, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    request = f"POST {entry.predict} HTTP/1.1\r\n{head}\r\n".encode() + body
    settings = Settings(bundle=str(case.folder / "bundle"), model="bench", busy_poll_us=0, log_level="error")
    process = Process(settings, ALONE)
    started = Server(_config(settings, process), process, ALONE)
    started.config.load()
    await started._load()
    rounds = max(1, requests // connections)
    engine: list[float] = [0.0, 0.0]
    with clocked(engine):
        loop = Loop(process, started, request, connections, engine)
        told = await loop.ask(rounds)
    table = Table("stage", "µs a request", title=f"{server}, {model}, {connections} connections")
    for label, seconds in zip(STAGES, zip(*told[rounds // 2 :], strict=True), strict=True):
        table.add_row(label, f"{median(seconds) / connections * 1e6:.1f}")
    began = time.process_time()
    await loop.ask(rounds)
    spent = (time.process_time() - began) / (rounds * connections)
    table.add_row("all, CPU", f"{spent * 1e6:.1f}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.serving.inside", description=__doc__)
    parser.add_argument("--model", choices=MODELS, default="lr")
    parser.add_argument("--server", choices=("colonnade", "colonnade-binary"), default="colonnade")
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--requests", type=int, default=20_000)
    arguments = parser.parse_args()
    Console().print(uvloop.run(inside(arguments.model, arguments.server, arguments.connections, arguments.requests)))


if __name__ == "__main__":
    main()
