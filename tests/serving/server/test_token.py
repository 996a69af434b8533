"""A server that asks for a bearer token."""

import os
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from colonnade_serving.rpc.protos import health_pb2 as health
from colonnade_serving.rpc.protos import inference_pb2 as pb
from tests.serving.process import Served, row, run, serving
from tests.serving.raw import body, connected, post
from tests.serving.rpc.client import client, raw_row

INFER = "/v2/models/logistic/infer"
TOKEN, NEXT = "t0ps3cret", "n3xt0ne"
BEARER = {"authorization": f"Bearer {TOKEN}"}
WRONG: tuple[dict[str, str], ...] = ({}, {"authorization": "Bearer other"}, {"authorization": f"Basic {TOKEN}"})


@pytest.fixture
def served(logistic: Path, tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "token").write_text(TOKEN + "\n")
    with serving(tmp_path, str(logistic), f"--bearer-token-file={tmp_path}/token", "--root-path=/ml") as running:
        yield running


def test_without_it_only_health_is_answered(served: Served):
    for method, path in (
        ("POST", INFER),
        ("POST", "/ml" + INFER),
        ("POST", "/v1/models/logistic:predict"),
        ("GET", "/"),
        ("GET", "/v2/models/logistic"),
        ("GET", "/metrics"),
        ("GET", "/openapi.json"),
        ("GET", "/nothing"),
        ("GET", "/v2/health/live/../../models"),
        ("HEAD", "/v2"),
    ):
        for headers in WRONG:
            answer = served.ask(method, path, row(1, 2, 3) if method == "POST" else None, **headers)
            assert answer.status == 401
            assert answer.headers["www-authenticate"].startswith('Bearer realm="colonnade"')
            assert method == "HEAD" or answer.json()["error"].startswith(
                "Authorization: Bearer and this server's token"
            )
    for path in ("/v2/health/live", "/v2/health/ready", "/ml/v2/health/live", "/v2/health/ready/"):
        assert served.ask("GET", path).status == 200
    assert TOKEN not in served.log.read_text()


def test_with_it_all_is(served: Served):
    for method, path in (("POST", INFER), ("GET", "/"), ("GET", "/metrics"), ("GET", "/openapi.json")):
        assert served.ask(method, path, row(1, 2, 3) if method == "POST" else None, **BEARER).status == 200


def test_a_head_that_was_admitted_admits_no_other(served: Served):
    def ask(*headers: str) -> int:
        connection.send(post(body(1, 2, 3), *headers))
        return connection.answer().status

    with connected(served) as connection:
        right = f"Authorization: Bearer {TOKEN}"
        assert [ask(right) for _ in range(3)] == [200] * 3
        for wrong in (
            "Authorization: Bearer other",
            f"Authorization: Bearer {TOKEN}x",
            "X-Other: 1",
            "Authorization: x",
        ):
            assert [ask(wrong), ask(right), ask(wrong)] == [401, 200, 401]


def test_grpc_asks_for_it_too(served: Served):
    with client(served.port) as rpc:
        for sent in ((), (("authorization", "Bearer other"),)):
            assert rpc.refused(raw_row(1, 2, 3), metadata=sent).code() is grpc.StatusCode.UNAUTHENTICATED
        right = (("authorization", f"Bearer {TOKEN}"),)
        for _ in range(2):
            assert rpc.infer(raw_row(1, 2, 3), metadata=right).model_name == "logistic"
        assert rpc.call("ServerReady", pb.ServerReadyRequest()).ready
        check = rpc.call("/grpc.health.v1.Health/Check", health.HealthCheckRequest())
        assert check.status == health.HealthCheckResponse.SERVING


def test_another_token_holds_on_the_same_connections_soon_after_it_was_written(served: Served, tmp_path: Path):
    old, new = f"Authorization: Bearer {TOKEN}", f"Authorization: Bearer {NEXT}"
    with connected(served) as connection, client(served.port) as rpc:
        for _ in range(2):
            connection.send(post(body(1, 2, 3), old))
            assert connection.answer().status == 200
            rpc.infer(raw_row(1, 2, 3), metadata=(("authorization", f"Bearer {TOKEN}"),))
        (tmp_path / "new").write_text(NEXT)
        os.replace(tmp_path / "new", tmp_path / "token")
        served.logged("the bearer token was read again")
        for sent, status in ((old, 401), (new, 200)):
            connection.send(post(body(1, 2, 3), sent))
            assert connection.answer().status == status
        refused = rpc.refused(raw_row(1, 2, 3), metadata=(("authorization", f"Bearer {TOKEN}"),))
        assert refused.code() is grpc.StatusCode.UNAUTHENTICATED
        rpc.infer(raw_row(1, 2, 3), metadata=(("authorization", f"Bearer {NEXT}"),))


def test_a_file_without_a_token_ends_the_start(logistic: Path, tmp_path: Path):
    (tmp_path / "token").write_text("two secrets")
    ended = run(str(logistic), f"--bearer-token-file={tmp_path}/token")
    assert ended.returncode == 2
    assert "--bearer-token-file (COLONNADE_BEARER_TOKEN_FILE)" in ended.stderr
    assert "two secrets" not in ended.stderr
