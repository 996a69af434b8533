"""Models that fail, models that are slow, and servers that must not start."""

import json
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from tests.serving.process import row, run, serving, until
from tests.unit.serving import models

FLIGHT = {"carrier": np.array([["UA"]], dtype=object), "delay": np.array([[0.5]], np.float32)}
LOOPING = "/v2/models/looping/infer"
SLOW = "/v2/models/neighbours/infer"


def flights(carriers: list[str], delays: list[float]) -> dict[str, object]:
    return {
        "inputs": [
            {"name": "carrier", "datatype": "BYTES", "shape": [len(carriers), 1], "data": carriers},
            {"name": "delay", "datatype": "FP32", "shape": [len(delays), 1], "data": delays},
        ]
    }


def turns(count: int) -> dict[str, object]:
    """A request for a model that loops so often."""
    return {"inputs": [{"name": "X", "datatype": "INT64", "shape": [1, 1], "data": [count]}]}


def test_a_category_unseen_in_training_is_a_500_that_names_the_input(late_flights: Path, tmp_path: Path):
    features = {"carrier": {"categories": models.CARRIERS, "counts": [40, 40, 40], "missing": 0}}
    models.bundled(late_flights, FLIGHT, tmp_path / "bundle", features=features)
    with serving(tmp_path, str(tmp_path / "bundle"), "--model=flights") as served:
        answer = served.ask("POST", "/v2/models/flights/infer", flights(["UA", "ZZ"], [0.1, 0.2]))
        assert answer.status == 500
        assert answer.json() == {
            "error": "the model failed: Unknown Category and zeros = 0. "
            "(input carrier: 'ZZ' is none of the 3 categories seen in training)"
        }
        assert served.ask("POST", "/v2/models/flights/infer", flights(["UA", "AA"], [0.1, 0.2])).status == 200
        assert served.metric('colonnade_requests_total{code="500",model="flights"}') == 1
        assert served.logged(answer.json()["error"])["status"] == 500


def test_inputs_that_disagree_on_rows_are_the_clients_fault(late_flights: Path, tmp_path: Path):
    with serving(tmp_path, str(late_flights)) as served:
        answer = served.ask("POST", "/v2/models/late_flights/infer", flights(["UA"], [0.1, 0.2]))
        assert answer.status == 400
        assert answer.json() == {"error": "inputs disagree on rows: carrier has 1, delay has 2"}


def test_health_and_metrics_answer_while_a_slow_model_computes(neighbours: Path, tmp_path: Path):
    with serving(tmp_path, str(neighbours), "--inference-threads=1") as served, ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(served.ask, "POST", SLOW, row(0.1, 0.2, 0.3)) for _ in range(40)]
        meanwhile = 0
        while not all(future.done() for future in slow):
            assert served.ask("GET", "/v2/health/live").status == 200
            assert served.ask("GET", "/metrics").status == 200
            meanwhile += 1
        assert {future.result().status for future in slow} == {200}
        assert meanwhile > 5


def test_health_answers_while_a_model_loops_of_which_the_first_run_was_short(tmp_path: Path):
    with serving(tmp_path, str(models.looping(tmp_path / "looping.onnx"))) as served, ThreadPoolExecutor(1) as pool:
        assert served.ask("POST", LOOPING, turns(1)).status == 200
        long = pool.submit(served.ask, "POST", LOOPING, turns(50_000))
        meanwhile = 0
        while not long.done():
            assert served.ask("GET", "/v2/health/live").status == 200
            meanwhile += 1
    assert long.result().json()["outputs"][0]["data"] == [50_000]
    assert meanwhile > 5


def test_a_deadline_and_the_limit_of_the_queue_hold_while_a_model_loops(tmp_path: Path):
    path = str(models.looping(tmp_path / "looping.onnx"))
    with serving(tmp_path, path, "--queue-limit=3") as served, ThreadPoolExecutor(12) as pool:
        assert served.ask("POST", LOOPING, turns(1)).status == 200
        long = pool.submit(served.ask, "POST", LOOPING, turns(100_000))
        until(lambda: served.metric('colonnade_inflight_requests{model="looping"}') == 1)
        in_time = pool.submit(served.ask, "POST", LOOPING, turns(1), x_request_timeout_ms="100")
        assert in_time.result().status == 504
        assert not long.done()
        answers = list(pool.map(lambda _: served.ask("POST", LOOPING, turns(1)).status, range(8)))
    assert (long.result().status, sorted(answers)) == (200, [200] * 3 + [503] * 5)


def test_a_full_queue_answers_503_and_when_to_come_back(neighbours: Path, tmp_path: Path):
    options = ("--inference-threads=1", "--queue-limit=2")
    with serving(tmp_path, str(neighbours), *options) as served, ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: served.ask("POST", SLOW, row(0.1, 0.2, 0.3)), range(12)))
    turned_away = [answer for answer in answers if answer.status == 503]
    assert {answer.status for answer in answers} == {200, 503}
    assert int(turned_away[0].headers["retry-after"]) >= 1
    assert turned_away[0].json() == {"error": "2 requests are waiting already"}


def test_what_nobody_waits_for_is_not_computed(neighbours: Path, tmp_path: Path):
    with serving(tmp_path, str(neighbours), "--inference-threads=1") as served:
        with ExitStack() as left:
            for _ in range(30):
                connection = left.enter_context(served.connect())
                connection.request("POST", SLOW, json.dumps(row(0.1, 0.2, 0.3)))
                connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            until(lambda: served.metric('colonnade_inflight_requests{model="neighbours"}') > 20)
        assert served.ask("POST", SLOW, row(0.1, 0.2, 0.3)).status == 200
        assert served.metric('colonnade_requests_total{code="499",model="neighbours"}') > 20
        assert served.metric('colonnade_compute_duration_seconds_count{model="neighbours"}') < 10


def test_a_changed_model_ends_the_process_and_kubernetes_learns_why(bundle: tuple[Path, str], tmp_path: Path):
    directory, digest = bundle
    model = (directory / "model.onnx").read_bytes()
    (directory / "model.onnx").write_bytes(model[:-1] + bytes([model[-1] ^ 1]))
    (tmp_path / "termination-log").touch()
    ended = run(str(directory), "--http-port=0", f"--termination-log={tmp_path}/termination-log")
    assert ended.returncode == 1
    told = (tmp_path / "termination-log").read_text()
    assert told.startswith(f"{directory}: model.onnx has digest sha256:")
    assert told.endswith("the file was changed")
    assert json.loads(ended.stderr.splitlines()[-1])["message"] == told
    assert digest not in told


def test_golden_outputs_that_are_missed_end_the_process(bundle: tuple[Path, str]):
    manifest = bundle[0] / "bundle.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"[0.", b"[1.", 2))
    ended = run(str(bundle[0]), "--http-port=0")
    assert ended.returncode == 1
    assert "golden output" in json.loads(ended.stderr.splitlines()[-1])["message"]


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "says"),
    [
        ((), {}, 2, "give a bundle's directory, a .onnx file or an address (or COLONNADE_BUNDLE)"),
        (("/nowhere",), {}, 1, "a bundle is a directory with a bundle.json"),
        ((), {"COLONNADE_BUNDLE": "ftp://a/b"}, 1, "the store is file:///path or s3://bucket/prefix"),
        (("/x",), {"COLONNADE_HTTP_PORT": "many"}, 2, "--http-port (COLONNADE_HTTP_PORT) is 'many': Input should be"),
        (
            ("/x", "--http-port=8081", "--grpc-port=8081"),
            {},
            2,
            "--grpc-port (COLONNADE_GRPC_PORT) is '8081': the port for REST",
        ),
        (("/x", "--digest=abc"), {}, 2, "--digest (COLONNADE_DIGEST) is 'abc': sha256: and 64 hex digits are wanted"),
    ],
)
def test_what_can_not_be_served_is_said_in_one_line(arguments, environment, code: int, says: str):
    ended = run(*arguments, **({"COLONNADE_HTTP_PORT": "0"} | environment))
    assert ended.returncode == code
    assert says in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_help_explains_each_setting():
    said = run("--help").stdout
    for flag in ("--digest", "--model", "--http-port", "--drain-delay", "--queue-limit", "--max-body-bytes"):
        assert flag in said
