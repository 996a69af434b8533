"""SIGTERM under load: not one well-behaved client sees a failure."""

import json
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.serving.process import Served, ask, row, serving, until
from tests.serving.raw import Answer, Raw, connected, post

GOOD = 'colonnade_requests_total{code="200",model="logistic"}'
INFER = "/v2/models/logistic/infer"
ASKED = post(json.dumps(row(0.1, 0.2, 0.3)).encode())


def well_behaved(served: Served, stop: threading.Event) -> list[int]:
    """Sends one request after another on a kept connection, until it is asked to leave; the statuses."""
    statuses = []
    with served.connect() as connection:
        while not stop.is_set():
            answer = ask(connection, "POST", INFER, row(0.1, 0.2, 0.3))
            statuses.append(answer.status)
            if answer.headers.get("connection") == "close":
                break
    return statuses


def newcomer(served: Served, stop: threading.Event) -> list[int]:
    """A new connection for each request, as long as endpoints still point here."""
    statuses = []
    while not stop.is_set():
        statuses.append(served.ask("POST", INFER, row(0.1, 0.2, 0.3)).status)
        stop.wait(0.005)
    return statuses


def test_nothing_fails_under_load_and_the_exit_code_is_0(logistic: Path, tmp_path: Path):
    endpoints_gone, never = threading.Event(), threading.Event()
    with serving(tmp_path, str(logistic), "--drain-delay=3") as served, ThreadPoolExecutor(16) as pool:
        load = [pool.submit(well_behaved, served, never) for _ in range(12)]
        load += [pool.submit(newcomer, served, endpoints_gone) for _ in range(4)]
        until(lambda: served.metric(GOOD) > 200)
        signalled = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        until(lambda: served.ask("GET", "/v2/health/ready").status == 503)
        assert served.ask("GET", "/v2/health/ready").json() == {"ready": False}
        assert served.ask("GET", "/v2/health/live").status == 200
        answered = served.metric(GOOD)
        until(lambda: served.metric(GOOD) > answered + 50)
        endpoints_gone.set()
        statuses = [status for future in load for status in future.result()]
        assert served.process.wait(10) == 0
        assert time.monotonic() - signalled > 3
    assert len(statuses) > 200
    assert set(statuses) == {200}


def test_what_is_in_flight_is_answered_after_the_port_is_closed(neighbours: Path, tmp_path: Path):
    options = ("--drain-delay=0", "--inference-threads=1")
    with serving(tmp_path, str(neighbours), *options) as served, ThreadPoolExecutor(10) as pool:
        slow = [pool.submit(served.ask, "POST", "/v2/models/neighbours/infer", row(0.1, 0.2, 0.3)) for _ in range(10)]
        until(lambda: served.metric('colonnade_inflight_requests{model="neighbours"}') >= 2)
        assert served.end() == 0
        answers = [future.result() for future in slow]
    assert {answer.status for answer in answers} == {200}
    assert answers[-1].headers["connection"] == "close"


def is_closed(served: Served) -> bool:
    """Whether the port takes no more connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", served.port)) != 0


def ended_within_a_request(served: Served, client: Raw, seconds: float = 0.0) -> Answer:
    """The answer to a request whose body comes so long after the server was told to end, and its head before."""
    head, blank, body = ASKED.partition(b"\r\n\r\n")
    client.send(head + blank)
    client.read_by_server()
    served.process.send_signal(signal.SIGTERM)
    until(lambda: is_closed(served))
    time.sleep(seconds)
    client.send(body)
    return client.answer()


@pytest.mark.parametrize("requests_before", [0, 2])
def test_a_request_whose_body_is_still_to_come_is_answered(logistic: Path, tmp_path: Path, requests_before: int):
    """Many clients send a head and its body apart, and the end may come between the two."""
    with serving(tmp_path, str(logistic), "--drain-delay=0") as served, connected(served) as client:
        for _ in range(requests_before):
            client.send(ASKED)
            assert client.answer().status == 200
        answer = ended_within_a_request(served, client)
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert served.process.wait(10) == 0


def test_time_goes_on_while_it_drains(logistic: Path, tmp_path: Path):
    """What is done each second, the answers' date and looking for clients that stall, is done until the end."""
    with serving(tmp_path, str(logistic), "--drain-delay=0") as served, connected(served) as client:
        answer = ended_within_a_request(served, client, 3)  # what is tested is that time passes
        assert answer.status == 200
        late = datetime.now(UTC) - parsedate_to_datetime(answer.headers["date"])
        assert late.total_seconds() < 2.5


def test_all_of_a_pipeline_is_answered_before_its_connection_ends(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic), "--drain-delay=4") as served, connected(served) as client:
        for _ in range(3):
            client.send(ASKED)
            assert client.answer().status == 200
        served.process.send_signal(signal.SIGTERM)
        until(lambda: served.ask("GET", "/v2/health/ready").status == 503)
        client.send(ASKED * 4)
        answers = [client.answer() for _ in range(4)]
        assert [answer.headers.get("connection") for answer in answers] == [None, None, None, "close"]
        assert served.process.wait(10) == 0


def test_an_idle_connection_holds_nothing_up(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic), "--drain-delay=0.2") as served, served.connect() as idle:
        ask(idle, "GET", "/v2/health/live")
        started = time.monotonic()
        assert served.end() == 0
        assert time.monotonic() - started < 3


def test_control_c_ends_at_once_and_cleanly(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic), "--drain-delay=20") as served:
        assert served.end(signal.SIGINT, seconds=5) == 0
