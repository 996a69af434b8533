"""`python -m tests.bench.serving.inside`: where a request's microseconds go inside our process, with no socket between.

One stage at a time is timed, and stages are parts of one another: what is read is in what is received. A closed loop
of `--connections` is fed by hand; the medians of the last half are told, since the first warms up.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

import onnxruntime
import uvloop
from rich.console import Console
from rich.table import Table

from colonnade_serving.batching import Batcher, Runner
from colonnade_serving.engine import Engine
from colonnade_serving.observation.batches import Batches
from colonnade_serving.server.lane import Lane
from colonnade_serving.server.lane.codec import Codec
from colonnade_serving.server.part import ALONE
from colonnade_serving.server.process import Process
from colonnade_serving.server.serve import Server, _config
from colonnade_serving.settings import Settings

from . import environments
from .cases import MODELS
from .registry import REGISTRY

STAGES: Sequence[tuple[str, type, str]] = (
    ("received: head found, body read, queued", Lane, "data_received"),
    ("  body read", Codec, "read"),
    ("  queued", Batcher, "submit"),
    ("flushed: taken, run, answered, observed", Batcher, "_flush"),
    ("  taken", Batcher, "_take"),
    ("  run", Runner, "run"),
    ("    the engine", Engine, "infer"),
    ("      onnxruntime, where it is one row", onnxruntime.InferenceSession, "run_with_iobinding"),
    ("  answered, a request", Lane, "_answer"),
    ("    encoded", Codec, "quick"),
    ("  observed, after the answers", Batches, "take"),
    ("counted later: values, a step", Batches, "count_values"),
)


class Hands(asyncio.Transport):
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

    def __init__(self, process: Process, server: Server, request: bytes, connections: int) -> None:
        self._request = request
        self._clients: list[tuple[Any, Hands]] = []
        self._waiting = 0
        self._answered = asyncio.Event()
        for _ in range(connections):
            lane = process.connection(  # type: ignore[call-arg]
                config=server.config, server_state=server.server_state, app_state={}
            )
            hands = Hands(self._took)
            lane.connection_made(hands)
            self._clients.append((lane, hands))

    async def ask(self, rounds: int) -> None:
        """Each client asks, and waits for its answer, so often."""
        for _ in range(rounds):
            self._waiting = len(self._clients)
            self._answered.clear()
            for lane, _ in self._clients:
                lane.data_received(self._request)
            await self._answered.wait()
        assert all(hands.latest.startswith(b"HTTP/1.1 200") for _, hands in self._clients)

    def _took(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._answered.set()


@contextmanager
def timed(owner: type, name: str) -> Iterator[list[float]]:
    """The seconds of each call of a method, while this lasts."""
    original: Callable[..., Any] = getattr(owner, name)
    took: list[float] = []

    def call(*arguments: Any, **more: Any) -> Any:
        began = time.perf_counter()
        try:
            return original(*arguments, **more)
        finally:
            took.append(time.perf_counter() - began)

    setattr(owner, name, call)
    try:
        yield took
    finally:
        setattr(owner, name, original)


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
    await Loop(process, started, request, connections).ask(rounds)
    table = Table("stage", "calls a request", "µs a call", title=f"{server}, {model}, {connections} connections")
    for label, owner, name in STAGES:
        with timed(owner, name) as took:
            await Loop(process, started, request, connections).ask(rounds)
        if took:
            half = took[len(took) // 2 :]
            table.add_row(label, f"{len(took) / (rounds * connections):.3f}", f"{median(half) * 1e6:.1f}")
    began = time.process_time()
    await Loop(process, started, request, connections).ask(rounds)
    spent = (time.process_time() - began) / (rounds * connections)
    table.add_row("all, a request, CPU", "1", f"{spent * 1e6:.1f}")
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
