"""Several workers behind one port, as real processes."""

import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.serving.process import Served, ask, row, run, serving, until

INFER = "/v2/models/a/infer"


def records(served: Served, message: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in served.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"] == message]


def statuses(served: Served, path: str, times: int = 24) -> set[int]:
    """Of many connections, so that each worker has some: that one of two has none is as likely as 2 ** -times."""
    return {served.ask("POST", path, row(0.1, 0.2, 0.3)).status for _ in range(times)}


@pytest.fixture(scope="module")
def folder(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    shutil.copy(logistic, folder / "a.onnx")
    return folder


@pytest.fixture(scope="module")
def served(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    log = tmp_path_factory.mktemp("log")
    with serving(log, str(folder), "--workers=2", "--model-control", "--drain-delay=0") as running:
        yield running


def test_metrics_are_whole_whichever_worker_is_asked(served: Served):
    before = served.metric('colonnade_requests_total{code="200",model="a"}')
    for _ in range(20):
        assert served.ask("POST", INFER, row(0.1, 0.2, 0.3)).status == 200
    seen = {served.metric('colonnade_requests_total{code="200",model="a"}') for _ in range(8)}
    until(lambda: served.metric('colonnade_requests_total{code="200",model="a"}') == before + 20, 10)
    assert max(seen) <= before + 20


def test_what_is_loaded_and_unloaded_is_so_in_each_worker(served: Served, folder: Path, logistic: Path):
    assert statuses(served, "/v2/models/b/infer") == {404}
    shutil.copy(logistic, folder / "b.onnx")
    assert served.ask("POST", "/v2/repository/models/b/load", {}).json() == {"name": "b", "load": True}
    assert statuses(served, "/v2/models/b/infer") == {200}
    assert served.ask("POST", "/v2/repository/models/b/unload", {}).status == 200
    assert statuses(served, "/v2/models/b/infer") == {404}
    refused = served.ask("POST", "/v2/repository/models/c/load", {})
    assert (refused.status, refused.json()) == (404, {"error": "model 'c' is not in the repository"})


def test_one_that_dies_is_replaced_in_its_slot_and_the_others_answer(served: Served):
    until(lambda: len(records(served, "worker ready")) >= 2)
    first = records(served, "worker started")[0]
    counted = served.metric('colonnade_requests_total{code="200",model="a"}')
    ready = len(records(served, "worker ready"))
    os.kill(int(str(first["pid"])), signal.SIGKILL)
    until(lambda: records(served, "a worker ended; another takes its slot"))
    assert statuses(served, INFER, 8) == {200}
    until(lambda: len(records(served, "worker ready")) > ready)
    assert records(served, "worker started")[-1]["slot"] == first["slot"]
    until(lambda: served.ask("GET", "/v2/health/ready").status == 200)
    assert statuses(served, INFER) == {200}
    assert statuses(served, "/v2/models/b/infer") == {404}  # what was unloaded stays so
    until(lambda: served.metric('colonnade_requests_total{code="200",model="a"}') >= counted + 32, 10)


def test_sigterm_under_load_fails_nobody(logistic: Path, tmp_path: Path):
    never, endpoints_gone = threading.Event(), threading.Event()
    with (
        serving(tmp_path, str(logistic), "--workers=2", "--drain-delay=4") as served,
        ThreadPoolExecutor(10) as pool,
    ):
        load = [pool.submit(_well_behaved, served, never) for _ in range(8)]
        load += [pool.submit(_newcomer, served, endpoints_gone) for _ in range(2)]
        until(lambda: served.metric('colonnade_requests_total{code="200",model="logistic"}') > 100)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: served.ask("GET", "/v2/health/ready").status == 503, 3)
        endpoints_gone.set()
        answers = [status for future in load for status in future.result()]
        assert served.process.wait(20) == 0
    assert set(answers) == {200}
    assert len(answers) > 100


def test_a_model_that_can_not_be_served_ends_all_with_its_message(tmp_path: Path):
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    (tmp_path / "termination-log").touch()
    told = f"--termination-log={tmp_path}/termination-log"
    ended = run(str(tmp_path / "bad.onnx"), "--workers=2", "--http-port=0", told, seconds=60)
    assert ended.returncode == 1
    assert "bad.onnx is no ONNX model" in (tmp_path / "termination-log").read_text()


def test_workers_whose_supervisor_is_gone_end(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic), "--workers=2", "--drain-delay=0") as served:
        pids = [int(str(record["pid"])) for record in records(served, "worker started")]
        served.process.kill()
        until(lambda: not any(_lives(pid) for pid in pids), 20)


@pytest.mark.parametrize("setting", ["--http-port", "--grpc-port"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_server_on_a_port_ends_and_says_who_has_it(served: Served, folder: Path, workers: int, setting: str):
    ports = ["--http-port=0", f"{setting}={served.port}"]
    ended = run(str(folder), "--host=127.0.0.1", f"--workers={workers}", *ports, seconds=30)
    held = f"port {served.port} is held by pid {served.process.pid} ("
    assert (ended.returncode, held in ended.stderr) == (1, True), ended.stderr


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    except OSError:
        return False


def _well_behaved(served: Served, stop: threading.Event) -> list[int]:
    answers = []
    with served.connect() as connection:
        while not stop.is_set():
            answer = ask(connection, "POST", "/v2/models/logistic/infer", row(0.1, 0.2, 0.3))
            answers.append(answer.status)
            if answer.headers.get("connection") == "close":
                break
    return answers


def _newcomer(served: Served, stop: threading.Event) -> list[int]:
    answers = []
    while not stop.is_set():
        answers.append(served.ask("POST", "/v2/models/logistic/infer", row(0.1, 0.2, 0.3)).status)
        stop.wait(0.005)
    return answers
