"""Find the highest rate, hold a share of it among all the rude ones, and see what becomes of the server."""

import json
import os
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from colonnade_serving.settings import Settings
from tests.serving.process import Served, serving

from . import model, rude, steady
from .questions import MODEL
from .steady import Seen
from .watch import Look, Watch, growth

CONNECTIONS = 64
SHARE_OF_HIGHEST = 0.8
HELD = 0.95  # of the rate that was set: with less, it was another load than it says
LETTING_GO_SECONDS = 15.0
PROBE_SECONDS = 8.0


@dataclass(frozen=True)
class Plan:
    """rate: requests a second; None: four fifths of the highest. cores: the server's, and the clients'; None: any."""

    seconds: float
    rate: float | None = None
    seed: int = 1
    cores: tuple[int, int] | None = None
    look_seconds: float = 1.0
    options: tuple[str, ...] = ()  # of colonnade-serve
    flat: float = 0.05  # growth of memory that is none


@dataclass
class Report:
    """What came of it. told: how the rude ones' visits ended, by manner."""

    highest: float
    rate: float
    seen: Seen
    told: dict[str, Counter[str]]
    looks: Sequence[Look]
    descriptors: tuple[int, int]  # before anyone came, after all had left
    faults: list[str] = field(default_factory=list)  # that the server logged
    exit_code: int = 0
    flat: float = 0.05

    @property
    def growth(self) -> float:
        return growth(self.looks)

    def complaints(self) -> list[str]:
        """What is not as it should be, a sentence each."""
        seen, (before, after) = self.seen, self.descriptors
        rude = sum((told for told in self.told.values()), Counter[str]())
        found = {
            f"{seen.failed:,} of {seen.asked:,} valid requests were not answered rightly: {dict(seen.statuses)}, "
            f"{seen.unanswered} unanswered; {seen.faults[:3]}": seen.failed or not seen.right,
            f"{seen.rate:,.0f} requests/s came of {self.rate:,.0f}": seen.rate < HELD * self.rate,
            f"memory grew by {self.growth:.1%} once settled": self.growth > self.flat,
            f"{after - before} file descriptors stayed open ({before} before)": after > before,
            f"rubbish was answered {rude['500']} times by 500": rude["500"],
            f"the server logged {len(self.faults)} faults: {self.faults[:3]}": self.faults,
            f"the server exited {self.exit_code}": self.exit_code,
        }
        return [sentence for sentence, wrong in found.items() if wrong]


def soak(plan: Plan, folder: Path) -> Report:
    bundle = model.bundle(folder / "model")
    questions = model.questions(bundle)
    with _server(plan, folder, bundle) as (served, grpc), _clients(plan) as pool:

        def asked(rate: float | None, seconds: float) -> tuple[Future[Seen], Future[dict[str, Counter[str]]]]:
            """Rightly, and by the rude ones, who share a core. rate: None for the highest that they leave room for."""
            asking = pool.submit(steady.run, served.port, questions, rate, CONNECTIONS, seconds)
            return asking, pool.submit(rude.run, served.port, grpc, questions[1], plan.seed, seconds)

        probe, company = asked(None, PROBE_SECONDS)
        highest = probe.result()
        company.result()
        rate = plan.rate or SHARE_OF_HIGHEST * highest.rate
        watch = Watch(served.process.pid)
        before = _settled(watch)
        asking, rudeness = asked(rate, plan.seconds)
        _look_on(watch, [asking, rudeness], plan.look_seconds)
        looks = list(watch.looks)
        report = Report(highest.rate, rate, asking.result(), rudeness.result(), looks, (before, _left(watch, before)))
        report.flat = plan.flat
        report.exit_code = served.end()
        report.faults = faults(served.log)
    return report


def faults(log: Path) -> list[str]:
    """What the server itself holds for its own mistake."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return [line[:1000] for line in lines if not line.startswith("{") or _wrong(json.loads(line))]


def _wrong(record: dict[str, Any]) -> bool:
    return "exception" in record or record.get("level") in ("error", "critical")


@contextmanager
def _server(plan: Plan, folder: Path, bundle: Path) -> Iterator[tuple[Served, int | None]]:
    kept = os.sched_getaffinity(0)
    grpc = free_port() if speaks_grpc() else None
    options = (f"--grpc-port={grpc}",) if grpc else ()
    if plan.cores:
        os.sched_setaffinity(0, {plan.cores[0]})  # what is started from here inherits it
    try:
        with serving(folder, str(bundle), f"--model={MODEL}", *options, *plan.options) as served:
            os.sched_setaffinity(0, kept)
            yield served, grpc
    finally:
        os.sched_setaffinity(0, kept)


@contextmanager
def _clients(plan: Plan) -> Iterator[ProcessPoolExecutor]:
    cores = {plan.cores[1]} if plan.cores else os.sched_getaffinity(0)
    with ProcessPoolExecutor(2, get_context("spawn"), os.sched_setaffinity, (0, cores)) as pool:
        yield pool


def _look_on(watch: Watch, until: Sequence[Future[Any]], every_seconds: float) -> None:
    while not all(future.done() for future in until):
        watch.look()
        time.sleep(every_seconds)


def _settled(watch: Watch) -> int:
    """How many descriptors are open when nobody is connected."""
    last = watch.look().descriptors
    while True:
        time.sleep(0.5)
        if (now := watch.look().descriptors) >= last:
            return now
        last = now


def _left(watch: Watch, wanted: int) -> int:
    """How many are open in the end; connections take a moment to go."""
    end = time.monotonic() + LETTING_GO_SECONDS
    while (now := watch.look().descriptors) > wanted and time.monotonic() < end:
        time.sleep(0.2)
    return now


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def speaks_grpc() -> bool:
    return "grpc_port" in Settings.model_fields
