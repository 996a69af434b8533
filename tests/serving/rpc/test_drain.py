"""SIGTERM under gRPC load: not one call fails."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from colonnade_serving.rpc.protos import health_pb2
from tests.serving.process import serving, until
from tests.serving.rpc.client import client, raw_row

WATCH = "/grpc.health.v1.Health/Watch"


def test_no_call_fails_while_clients_are_asked_to_leave(logistic: Path, tmp_path: Path):
    """Connections are asked to close by GOAWAY with calls in flight.

    Without a policy grpcio tries again only what it knows it never sent, or was told that nobody took: each such call
    then finds the port closed. What was taken and not answered would fail by other words.
    """
    enough, stop = threading.Event(), threading.Event()
    answered, failed = [0], set[str]()

    def load(port: int) -> None:
        with client(port) as rpc:
            infer = rpc.method("ModelInfer")
            while not stop.is_set():
                calls = [infer.future(raw_row(0.1, 0.2, 0.3), timeout=20) for _ in range(16)]
                for call in calls:
                    error = call.exception()
                    if error is None:
                        answered[0] += 1
                    elif "Connection refused" not in error.details():
                        failed.add(error.debug_error_string())
                if answered[0] > 500:
                    enough.set()
                if any(call.exception() for call in calls):
                    return

    with serving(tmp_path, str(logistic), "--drain-delay=0.3") as served, ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(load, served.port) for _ in range(4)]
        assert enough.wait(20)
        served.process.send_signal(signal.SIGTERM)
        for done in clients:
            done.result(30)
        stop.set()
        assert served.process.wait(10) == 0
    assert failed == set()
    assert answered[0] > 500


def test_what_is_in_flight_is_answered_after_the_port_is_closed(neighbours: Path, tmp_path: Path):
    options = ("--drain-delay=0", "--batch-rows=1")
    row = raw_row(0.1, 0.2, 0.3, model="neighbours")
    with serving(tmp_path, str(neighbours), *options) as served, client(served.port) as rpc:
        rpc.infer(row)
        calls = [rpc.method("ModelInfer").future(row, timeout=20) for _ in range(10)]
        until(lambda: served.metric('colonnade_inflight_requests{model="neighbours"}') >= 8)
        assert served.end() == 0
        assert {call.result().model_name for call in calls} == {"neighbours"}


def test_who_watches_hears_of_the_end_before_it_comes(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic), "--drain-delay=1") as served, client(served.port) as rpc:
        watching = rpc.call(WATCH, health_pb2.HealthCheckRequest())
        assert next(watching).status == health_pb2.HealthCheckResponse.SERVING
        served.process.send_signal(signal.SIGTERM)
        assert next(watching).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert rpc.infer(raw_row(0.1, 0.2, 0.3)).model_name == "logistic"
        with pytest.raises(grpc.RpcError) as ended:
            next(watching)
        assert ended.value.code() is grpc.StatusCode.UNAVAILABLE
        assert served.process.wait(10) == 0
