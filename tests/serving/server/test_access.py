"""The access log of a real server: each status that clients get, over REST and gRPC, whoever answered."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from colonnade_serving.rpc.protos import inference_pb2 as pb
from tests.serving.process import Served, row, serving

INFER = "/v2/models/logistic/infer"
RPC = "/inference.GRPCInferenceService/"


@pytest.fixture(scope="module")
def served(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, str(logistic), "--access-log-share=1", "--max-body-bytes=1000") as running:
        yield running


def lines(served: Served, id: str) -> list[dict[str, Any]]:
    """What is logged of a request by its id: asked for metrics, the server counts and logs what is pending."""
    served.ask("GET", "/metrics")
    logged = [json.loads(line) for line in served.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in logged if line["message"] == "answered" and line.get("request_id") == id]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", INFER, row(1, 2, 3), 200),
        ("POST", INFER, row(1, 2), 400),
        ("POST", INFER, b"x" * 1001, 413),
        ("POST", "/v2/models/nothing/infer", row(1, 2, 3), 404),
        ("POST", "/v2/models/logistic/versions/7/infer", row(1, 2, 3), 404),
        ("GET", "/v2/models/logistic", None, 200),
        ("GET", "/nowhere", None, 404),
        ("GET", INFER, None, 405),
        ("POST", "/v2/repository/models/logistic/load", b"{}", 403),
        ("POST", "/v2/repository/index", b"{", 400),
    ],
)
def test_a_request_is_one_line_with_its_status(served: Served, method: str, path: str, body: object, status: int):
    answer = served.ask(method, path, body)
    id = answer.headers["x-request-id"]
    (line,) = lines(served, id)
    assert (answer.status, line["status"]) == (status, status)
    assert line["seconds"] >= 0
    assert "model" in line or (line["method"], line["path"]) == (method, path)


def test_probes_and_scrapes_are_left_out(served: Served):
    for path in ("/v2/health/live", "/v2/health/ready", "/metrics"):
        assert lines(served, served.ask("GET", path).headers["x-request-id"]) == []


@pytest.mark.parametrize(
    ("method", "request_", "status", "code"),
    [
        ("ModelMetadata", pb.ModelMetadataRequest(name="logistic"), 200, grpc.StatusCode.OK),
        ("ModelMetadata", pb.ModelMetadataRequest(name="nothing"), 404, grpc.StatusCode.NOT_FOUND),
        ("ModelInfer", pb.ModelInferRequest(model_name="nothing"), 404, grpc.StatusCode.NOT_FOUND),
        ("ModelInfer", pb.ModelInferRequest(model_name="logistic"), 400, grpc.StatusCode.INVALID_ARGUMENT),
        ("ModelInfer", pb.ModelInferRequest(id="x" * 2000), 413, grpc.StatusCode.RESOURCE_EXHAUSTED),
        ("Frobnicate", pb.ModelInferRequest(), 501, grpc.StatusCode.UNIMPLEMENTED),
    ],
)
def test_a_call_is_one_line_with_the_status_that_rest_would_have(
    served: Served, method: str, request_: Any, status: int, code: grpc.StatusCode
):
    id = f"{method}-{status}"
    with grpc.insecure_channel(f"127.0.0.1:{served.port}") as channel:
        call = channel.unary_unary(RPC + method, request_serializer=type(request_).SerializeToString)
        future = call.future(request_, metadata=[("x-request-id", id)], timeout=20)
        assert future.code() == code
    (line,) = lines(served, id)
    assert line["status"] == status
    assert "model" in line or (line["path"], line["grpc_status"]) == (RPC + method, code.name)


def test_what_is_no_http_is_a_line_too(served: Served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nno header\r\n\r\n")
        head = client.recv(4096).decode()
    id = next(line.partition(": ")[2] for line in head.splitlines() if line.startswith("x-request-id"))
    (line,) = lines(served, id)
    assert (line["status"], "method" in line) == (400, False)
    assert line["error"]
