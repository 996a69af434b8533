"""Several workers' metrics, in processes as they are."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.loading import Model
from colonnade_serving.telemetry import Metrics, Observer, forget
from tests.unit.serving import models
from tests.unit.serving.telemetry.conftest import FROZEN, rows
from tests.unit.serving.telemetry.traffic import answered, named, of, parsed, requests, told


@dataclass
class Worker:
    process: subprocess.Popen[str]

    def see(self, count: int) -> None:
        assert self._ask(f"see {count}") == "seen"

    def tell(self) -> dict[str, float]:
        return parsed(json.loads(self._ask("tell")))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def _ask(self, said: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(said + "\n")
        self.process.stdin.flush()
        return self.line()


Start = Callable[[int], Worker]


@pytest.fixture(scope="module")
def bundle(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    models.bundled(logistic, {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}, folder, features={"X[0]": FROZEN})
    return folder


@pytest.fixture
def start(bundle: Path, tmp_path: Path) -> Iterator[Start]:
    started: list[Worker] = []

    def start(slot: int) -> Worker:
        command = [sys.executable, "-m", "tests.serving.telemetry.worker", str(slot), str(tmp_path), str(bundle)]
        worker = Worker(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        started.append(worker)
        assert worker.line() == "ready"
        return worker

    yield start
    for worker in started:
        worker.kill()


def test_any_worker_tells_what_all_of_them_saw(start: Start):
    workers = [start(slot) for slot in (0, 1)]
    workers[0].see(30)
    workers[1].see(12)
    for worker in workers:
        samples = worker.tell()
        assert samples[named("colonnade_predictions_total", model="logistic")] == 42
        assert samples[named("colonnade_request_duration_seconds_count", model="logistic")] == 42
        assert sum(of(samples, "colonnade_feature_bins_total").values()) == 42
        assert samples["colonnade_ready{}"] == 1
        assert samples["process_open_fds{}"] > 10


def test_a_restarted_worker_goes_on_counting_where_it_died(start: Start, tmp_path: Path):
    workers = [start(slot) for slot in (0, 1)]
    workers[0].see(30)
    workers[1].see(12)
    workers[1].kill()
    forget(1, tmp_path)
    assert workers[0].tell()[named("colonnade_predictions_total", model="logistic")] == 42
    assert workers[0].tell()[named("colonnade_inflight_requests", model="logistic")] == 1
    again = start(1)
    again.see(8)
    assert workers[0].tell()[named("colonnade_predictions_total", model="logistic")] == 50
    assert again.tell()[named("colonnade_inflight_requests", model="logistic")] == 3


def test_workers_tell_the_series_that_one_alone_tells(start: Start, bundle: Path, matrix: Model):
    worker = start(0)
    worker.see(20)
    alone = Metrics()
    answered(Observer(matrix, alone), requests(matrix, {"X": rows(20, seed=20)}))
    here = {name.partition("{")[0] for name in told(alone) if name.startswith("colonnade")}
    there = {name.partition("{")[0] for name in worker.tell() if name.startswith("colonnade")}
    not_in_its_bundle = {"class", "score_bins_total", "score_reference", "feature_out_of_range_total"}
    assert here - there == {f"colonnade_{name}" for name in not_in_its_bundle}
    assert not there - here
