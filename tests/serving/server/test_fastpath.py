"""HTTP/1.1 as RFC 9112 has it, on the connections that the fast path and uvicorn share."""

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colonnade_serving.engine import Engine
from tests.serving.process import Served, row, serving, until
from tests.serving.raw import INFER, Raw, body, connected, get, post

ONE = body(0.1, 0.2, 0.3)
OTHER = body(0.9, 0.8, 0.7)
POST = f"POST {INFER} HTTP/1.1\r\nHost: x\r\n".encode()
SLOW = "/v2/models/neighbours/infer"


@pytest.fixture(scope="module")
def served(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served"), str(logistic), "--max-body-bytes=100000") as running:
        yield running


@pytest.fixture(scope="module")
def probabilities(logistic: Path) -> dict[bytes, Any]:
    """A batch computes in another order than a row alone: the last digit may differ."""
    rows = {ONE: [0.1, 0.2, 0.3], OTHER: [0.9, 0.8, 0.7]}
    engine = Engine(logistic)
    return {
        sent: pytest.approx(engine.infer({"X": np.array([values], np.float32)})["probabilities"][0], abs=1e-6)
        for sent, values in rows.items()
    }


def said(connection: Raw) -> list[float]:
    answer = connection.answer()
    assert answer.status == 200, answer
    data: list[float] = answer.json()["outputs"][1]["data"]
    return data


def test_one_connection_answers_request_after_request(served: Served, probabilities):
    with connected(served) as connection:
        for sent in (ONE, OTHER, ONE, ONE):
            connection.send(post(sent))
            assert said(connection) == probabilities[sent]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["/v2/models/logistic/infer", "/v2/models/logistic/versions/1/infer"])
def test_each_spelling_of_the_path_is_taken(served: Served, probabilities, path: str, slash: str):
    with connected(served) as connection:
        connection.send(post(ONE, path=path + slash))
        assert said(connection) == probabilities[ONE]


def test_pipelined_requests_are_answered_in_order(served: Served, probabilities):
    order = [ONE, OTHER, OTHER, ONE] * 60
    with connected(served) as connection:
        connection.send(b"".join(map(post, order)))
        assert [said(connection) for _ in order] == [probabilities[sent] for sent in order]


def test_the_lanes_and_uvicorns_requests_keep_their_order(served: Served):
    health, wrong = get("/v2/health/live"), post(b"{")
    order = [health, post(ONE), post(ONE), health, health, wrong, health, post(ONE), wrong, health] * 5
    statuses = {health: 200, wrong: 400, post(ONE): 200}
    with connected(served) as connection:
        connection.send(b"".join(order))
        for sent in order:
            answer = connection.answer()
            assert answer.status == statuses[sent]
            assert (b"live" in answer.body) == (sent == health)


@pytest.mark.parametrize("cut", [1, 5, 40, 80, 100, 150])
def test_a_request_may_come_in_pieces(served: Served, probabilities, cut: int):
    whole = post(ONE)
    with connected(served) as connection:
        for _ in range(2):
            for start in range(0, len(whole), cut):
                connection.send(whole[start : start + cut])
            assert said(connection) == probabilities[ONE]
        connection.send(whole + whole[:cut], whole[cut:])
        assert [said(connection), said(connection)] == [probabilities[ONE]] * 2


def test_a_head_and_its_body_may_come_apart(served: Served, probabilities):
    head, blank, content = post(ONE).partition(b"\r\n\r\n")
    ways = [
        ((content,), [ONE]),
        ((content,), [ONE]),
        ((content[:9], content[9:]), [ONE]),
        ((content + post(OTHER),), [ONE, OTHER]),
        ((content[:-1], content[-1:] + post(OTHER)[:30], post(OTHER)[30:]), [ONE, OTHER]),
    ]
    with connected(served) as connection:
        for parts, answered in [*ways, *ways]:
            for part in (head + blank, *parts):
                connection.send(part)
                connection.read_by_server()
            assert [said(connection) for _ in answered] == [probabilities[sent] for sent in answered]
        connection.send(head + blank)
        looked = served.ask("POST", INFER, ONE).headers["date"]
        # the date changes when the server looks after slow clients
        until(lambda: served.ask("POST", INFER, ONE).headers["date"] != looked)
        connection.send(content)
        assert said(connection) == probabilities[ONE]
        connection.send(head + blank)
        connection.read_by_server()
        connection.send(b"x" * len(content))
        assert connection.answer().status == 400


def test_who_leaves_between_a_head_and_its_body_is_counted(served: Served):
    head, blank, _ = post(ONE).partition(b"\r\n\r\n")
    gone = 'colonnade_requests_total{code="499",model="logistic"}'
    with connected(served) as connection:
        connection.send(post(ONE))
        said(connection)
        before = served.metric(gone)
        connection.send(head + blank)
        connection.read_by_server()
        connection.leave()
    assert served.metric(gone) == before + 1
    assert served.metric('colonnade_inflight_requests{model="logistic"}') == 0


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_body_may_be_chunked(served: Served, probabilities, size: int):
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunks = [ONE[start : start + size] for start in range(0, len(ONE), size)]
    with connected(served) as connection:
        for _ in range(2):
            connection.send(head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n")
            assert said(connection) == probabilities[ONE]


def test_expect_is_answered_before_the_body_comes(served: Served, probabilities):
    whole = post(ONE, "Expect: 100-continue")
    with connected(served) as connection:
        connection.send(post(OTHER) + whole[: -len(ONE)])
        assert said(connection) == probabilities[OTHER]
        assert connection.answer().status == 100
        connection.send(ONE)
        assert said(connection) == probabilities[ONE]


def test_connection_close_is_the_last(served: Served):
    with connected(served) as connection:
        connection.send(post(ONE) + post(ONE, "Connection: close") + post(ONE))
        assert "connection" not in connection.answer().headers
        assert connection.answer().headers["connection"] == "close"
        assert connection.ended()


def test_http_1_0_is_answered_and_closed(served: Served, probabilities):
    with connected(served) as connection:
        connection.send(post(ONE, version="1.0"))
        assert said(connection) == probabilities[ONE]
        assert connection.ended()


def test_a_client_that_closed_its_side_is_still_answered(served: Served, probabilities):
    with connected(served) as connection:
        connection.send(post(ONE) + get("/v2/health/live") + post(OTHER))
        connection.socket.shutdown(socket.SHUT_WR)
        assert said(connection) == probabilities[ONE]
        assert connection.answer().status == 200
        assert said(connection) == probabilities[OTHER]
        assert connection.ended()


def test_half_a_request_of_a_client_that_closed_its_side_is_not_waited_for(served: Served, probabilities):
    with connected(served) as connection:
        connection.send(post(OTHER) + post(ONE)[:-5])
        connection.socket.shutdown(socket.SHUT_WR)
        assert said(connection) == probabilities[OTHER]
        assert connection.ended()
    assert served.metric('colonnade_inflight_requests{model="logistic"}') == 0


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        (b"rubbish\r\n\r\n", 400, "Invalid HTTP request"),
        (
            b"POST %s HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" % INFER.encode(),
            400,
            "Invalid",
        ),
        (b"POST %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" % INFER.encode(), 400, "Invalid HTTP request"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70000, 431, "head: more than 65536 bytes"),
    ],
)
def test_what_is_no_http_is_told_so_after_what_came_before(served: Served, sent: bytes, status: int, says: str):
    with connected(served) as connection:
        connection.send(post(ONE) + sent)
        assert connection.answer().status == 200
        answer = connection.answer()
        assert (answer.status, answer.headers["connection"]) == (status, "close")
        assert says in answer.json()["error"]
        assert connection.ended()


def test_a_body_over_the_limit_is_refused_before_it_has_come(served: Served, probabilities):
    long = post(b"x" * 100_001)
    with connected(served) as connection:
        for first in (500, len(long), len(long)):
            connection.send(long[:first])
            assert connection.answer().status == 413
            connection.send(long[first:] + post(ONE))
            assert said(connection) == probabilities[ONE]


def test_a_client_that_sends_on_and_on_is_let_go(served: Served):
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    with connected(served) as connection:
        connection.send(head)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            connection.send(*[b"1000\r\n" + b"x" * 4096 + b"\r\n"] * 10_000)


def test_every_answer_has_the_date(served: Served):
    with connected(served) as connection:
        connection.send(post(ONE) + get("/v2/health/live") + post(b"{"))
        for _ in range(3):
            answer = connection.answer()
            assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.headers["date"])
            assert answer.headers["content-type"] == "application/json"


def test_an_id_and_outputs_by_name_are_heeded(served: Served):
    with connected(served) as connection:
        for _ in range(2):
            connection.send(post(body(0.1, 0.2, 0.3, id='a"b', outputs=[{"name": "label"}])))
            answer = connection.answer().json()
            assert answer["id"] == 'a"b'
            assert [output["name"] for output in answer["outputs"]] == ["label"]


def test_what_is_wrong_among_requests_that_came_together_fails_alone(served: Served, probabilities):
    wrong = ONE.replace(b"0.2", b'"2"')
    order = [ONE, *[OTHER, wrong, ONE] * 20]
    with connected(served) as connection:
        for _ in range(3):
            connection.send(b"".join(map(post, order)))
            for sent in order:
                answer = connection.answer()
                assert answer.status == (400 if sent is wrong else 200)
                if sent is wrong:
                    assert answer.json() == {"error": "inputs[0].data[1]: Expected float | array | null, got str"}
                else:
                    assert answer.json()["outputs"][1]["data"] == probabilities[sent]


def test_the_ids_that_a_proxy_gives_are_each_requests_own(served: Served, probabilities):
    """A head that was seen before is known again, whatever its id."""
    ids = [f"{at:08x}-0f-AB" for at in range(40)]
    with connected(served) as connection:
        for id in ids:
            connection.send(post(ONE, "x-forwarded-proto: http", f"x-request-id: {id}"))
            assert said(connection) == probabilities[ONE]
    labels = [{"id": id, "label": 1} for id in (*ids, "never-asked")]
    told = served.ask("POST", "/v2/models/logistic/feedback", labels).json()
    assert (told["matched"], told["unmatched"]) == (40, 1)


def test_a_deadline_that_can_not_be_met_is_refused(neighbours: Path, tmp_path: Path):
    with serving(tmp_path, str(neighbours)) as served, connected(served) as connection:
        connection.send(post(ONE, "X-Request-Timeout-Ms: 1", path=SLOW))
        assert connection.answer().status in (503, 504)
        connection.send(post(body(0.1, 0.2, 0.3, parameters={"timeout": 1}), path=SLOW))
        assert connection.answer().status in (503, 504)
        connection.send(post(ONE, "X-Request-Timeout-Ms: 60000", path=SLOW))
        assert connection.answer().status == 200
        connection.send(post(ONE, "X-Request-Timeout-Ms: soon", path=SLOW))
        assert connection.answer().status == 400


def test_a_client_that_reads_nothing_holds_nobody_up(served: Served, probabilities):
    """It is not read from either, so that its answers take no more memory than its socket and one buffer."""
    with connected(served) as idle, connected(served) as connection:
        idle.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            idle.send(*[post(ONE) * 100] * 2000)
        connection.send(post(OTHER))
        assert said(connection) == probabilities[OTHER]


def test_many_clients_at_once_each_get_their_own(served: Served, logistic: Path):
    values = np.random.default_rng(3).random((16, 40, 3), np.float32).round(3)
    expected = Engine(logistic).infer({"X": values.reshape(-1, 3)})["probabilities"].reshape(16, 40, 2)
    wrong: list[object] = []

    def ask(place: int) -> None:
        with connected(served) as connection:
            for sent, want in zip(values[place].tolist(), expected[place], strict=True):
                connection.send(post(body(*[round(value, 3) for value in sent])))
                if not np.allclose(said(connection), want, atol=1e-5):
                    wrong.append((sent, want))

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_client_that_left_is_counted_and_its_work_is_not_done(neighbours: Path, tmp_path: Path):
    with serving(tmp_path, str(neighbours)) as served:
        for _ in range(10):
            with connected(served) as connection:
                connection.send(post(ONE, path=SLOW))
                connection.leave()
        until(lambda: served.metric('colonnade_requests_total{code="499",model="neighbours"}') >= 5)
        assert served.ask("POST", SLOW, row(0.1, 0.2, 0.3)).status == 200
        assert served.metric('colonnade_inflight_requests{model="neighbours"}') == 0
