"""Each answer has an x-request-id: the request's own, or one made for it; the logs say the same."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest

from tests.serving.process import Served, ask, row, serving
from tests.serving.raw import body, connected, post
from tests.serving.rpc.client import client, raw_row
from tests.unit.serving import models

INFER = "/v2/models/logistic/infer"
OF_AN_ARRAY = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}
MADE = re.compile(r"[0-9a-f]{12}-[0-9a-f]{4,}")
LONGEST = "a" * 128


@pytest.fixture(scope="module")
def served(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, str(logistic), "--max-body-bytes=100000") as running:
        yield running


ASKED = {
    "infer": ("POST", INFER, row(1, 2, 3), 200),
    "infer, refused": ("POST", INFER, row(1, 2), 400),
    "infer of an unknown model": ("POST", "/v2/models/other/infer", row(1, 2, 3), 404),
    "metadata": ("GET", "/v2/models/logistic", None, 200),
    "an unknown path": ("GET", "/nothing", None, 404),
    "a wrong method": ("DELETE", "/v2", None, 405),
    "metrics": ("GET", "/metrics", None, 200),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("id", ["0a-12ff", "Root=1-67891233-abcdef012345678912345678", "a_b/c:d.e~", LONGEST])
def test_a_requests_id_is_echoed(served: Served, asked: tuple[str, str, object, int], id: str):
    method, path, sent, status = asked
    answer = served.ask(method, path, sent, x_request_id=id)
    assert (answer.status, answer.headers["x-request-id"]) == (status, id)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_one_is_made_where_there_is_none(served: Served, asked: tuple[str, str, object, int]):
    method, path, sent, _ = asked
    with served.connect() as connection:
        made = [ask(connection, method, path, sent).headers["x-request-id"] for _ in range(20)]
    assert all(MADE.fullmatch(id) for id in made)
    assert len(set(made)) == 20


@pytest.mark.parametrize("id", ["", "a b", "a\tb", "\xe4", "a" * 129])
@pytest.mark.parametrize("path", [INFER, "/v2"])
def test_what_is_no_id_is_not_echoed(served: Served, path: str, id: str):
    answer = served.ask("POST" if path == INFER else "GET", path, row(1, 2, 3), x_request_id=id)
    assert answer.status == 200
    assert MADE.fullmatch(answer.headers["x-request-id"])


def test_a_head_that_is_known_again_has_each_requests_own_id(served: Served):
    with connected(served) as connection:
        for id in ("one", "two", "3-3"):
            connection.send(post(body(1, 2, 3), f"x-request-id: {id}"))
            answer = connection.answer()
            assert (answer.status, answer.headers["x-request-id"]) == (200, id)


def test_a_bodys_id_is_the_answers_and_its_heads_another(served: Served):
    with connected(served) as connection:
        for _ in range(3):
            connection.send(post(body(1, 2, 3, id="42"), "x-request-id: abc"))
            answer = connection.answer()
            assert (answer.json()["id"], answer.headers["x-request-id"]) == ("42", "abc")


def test_binary_answers_have_it_too(served: Served):
    raw = np.array([[1, 2, 3]], np.float32).tobytes()
    with connected(served) as connection:
        for _ in range(3):
            connection.send(post(raw, "Inference-Header-Content-Length: 0", "x-request-id: abc"))
            answer = connection.answer()
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["x-request-id"] == "abc"


def test_what_is_no_http_is_answered_with_an_id(served: Served):
    with connected(served) as connection:
        connection.send(b"no http at all\r\n\r\n")
        answer = connection.answer()
        assert answer.status == 400
        assert MADE.fullmatch(answer.headers["x-request-id"])


def test_grpc_answers_and_errors_have_it_in_their_metadata(served: Served):
    with client(served.port) as rpc:
        for sent, wanted in (((("x-request-id", "abc"),), "abc"), ((), None)):
            _, call = rpc.method("ModelInfer").with_call(raw_row(1, 2, 3), timeout=20, metadata=sent)
            id = dict(call.initial_metadata())["x-request-id"]
            assert id == wanted or (wanted is None and MADE.fullmatch(id))
            error = rpc.refused(raw_row(1, 2), metadata=sent)
            assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
            said = dict([*error.initial_metadata(), *error.trailing_metadata()])
            assert said["x-request-id"] == wanted or (wanted is None and MADE.fullmatch(said["x-request-id"]))


@pytest.mark.parametrize("headers", [{}, {"x_request_id": "abc"}, {"expect": "100-continue", "x_request_id": "abc"}])
def test_both_logs_of_a_500_have_the_answers_id(late_flights: Path, tmp_path: Path, headers: dict[str, str]):
    features = {"carrier": {"categories": models.CARRIERS, "counts": [40, 40, 40], "missing": 0}}
    golden = {"carrier": np.array([["UA"]], dtype=object), "delay": np.array([[0.5]], np.float32)}
    models.bundled(late_flights, golden, tmp_path / "bundle", features=features)
    unseen = {
        "id": "42",
        "inputs": [
            {"name": "carrier", "datatype": "BYTES", "shape": [1, 1], "data": ["ZZ"]},
            {"name": "delay", "datatype": "FP32", "shape": [1, 1], "data": [0.1]},
        ],
    }
    with serving(tmp_path, str(tmp_path / "bundle"), "--model=flights", "--access-log-share=1") as served:
        answer = served.ask("POST", "/v2/models/flights/infer", unseen, **headers)
        assert answer.status == 500
        id = answer.headers["x-request-id"]
        told = [served.logged(answer.json()["error"]), served.logged("failed"), served.logged("answered")]
    assert [(line["request_id"], line["status"]) for line in told] == [(id, 500)] * 3
    assert [line.get("id") for line in told[1:]] == ["42", "42"]


def test_a_request_that_never_ran_is_logged_with_its_id(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic), "--access-log-share=1") as served:
        for headers in ({}, {"expect": "100-continue"}):
            assert served.ask("POST", INFER, b"{", x_request_id="abc", **headers).status == 400
        with client(served.port) as rpc:
            rpc.refused(raw_row(1, 2), metadata=(("x-request-id", "abc"),))
        served.logged("answered")
        served.end()
        lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    assert [line["request_id"] for line in lines if line["message"] == "answered"] == ["abc"] * 3
