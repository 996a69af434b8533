"""The Open Inference Protocol over a real connection."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.engine import Engine
from tests.serving.process import Served, ask, row, serving
from tests.unit.serving import models

EXTENSIONS = ["binary_tensor_data", "model_configuration", "model_repository", "statistics"]
INFER = "/v2/models/logistic/infer"
ROWS = np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]], np.float32)


@pytest.fixture(scope="module")
def served(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    models.bundled(logistic, {"X": ROWS}, folder / "bundle")
    with serving(folder, str(folder / "bundle"), "--max-body-bytes=100000") as running:
        yield running


@pytest.fixture(scope="module")
def expected(logistic: Path) -> dict[str, np.ndarray]:
    return Engine(logistic).infer({"X": ROWS})


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/v2", {"name": "colonnade", "version": "0.1.0", "extensions": EXTENSIONS}),
        ("/v2/health/live", {"live": True}),
        ("/v2/health/ready", {"ready": True}),
        ("/v2/models/logistic/ready", {"name": "logistic", "ready": True}),
        ("/v2/models/logistic/versions/1/ready", {"name": "logistic", "ready": True}),
    ],
)
def test_the_server_describes_itself(served: Served, path: str, slash: str, says: object):
    answer = served.ask("GET", path + slash)
    assert (answer.status, answer.json()) == (200, says)


@pytest.mark.parametrize("path", ["/v2/models/logistic", "/v2/models/logistic/", "/v2/models/logistic/versions/1"])
def test_a_model_has_its_signature_as_metadata(served: Served, path: str):
    assert served.ask("GET", path).json() == {
        "name": "logistic",
        "versions": ["1"],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": "X", "datatype": "FP32", "shape": [-1, 3]}],
        "outputs": [
            {"name": "label", "datatype": "INT64", "shape": [-1]},
            {"name": "probabilities", "datatype": "FP32", "shape": [-1, 2]},
        ],
    }


@pytest.mark.parametrize("path", [INFER, INFER + "/", "/v2/models/logistic/versions/1/infer"])
@pytest.mark.parametrize("data", [ROWS.tolist(), ROWS.ravel().tolist()], ids=["nested", "flat"])
def test_json_is_answered_as_the_engine_computes(served: Served, expected, path: str, data: object):
    asked = {"id": "42", "inputs": [{"name": "X", "datatype": "FP32", "shape": [2, 3], "data": data}]}
    answer = served.ask("POST", path, asked, Content_Type="text/plain")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    said = answer.json()
    assert (said["id"], said["model_name"], said["model_version"]) == ("42", "logistic", "1")
    label, probabilities = said["outputs"]
    assert (label["datatype"], label["shape"], label["data"]) == ("INT64", [2], expected["label"].tolist())
    np.testing.assert_array_equal(
        np.array(probabilities["data"], np.float32).reshape(probabilities["shape"]), expected["probabilities"]
    )


def test_binary_goes_both_ways(served: Served, expected):
    tensor = {"name": "X", "datatype": "FP32", "shape": [2, 3], "parameters": {"binary_data_size": 24}}
    head = json.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}}).encode()
    answer = served.ask("POST", INFER, head + ROWS.tobytes(), Inference_Header_Content_Length=str(len(head)))
    assert answer.headers["content-type"] == "application/octet-stream"
    length = int(answer.headers["inference-header-content-length"])
    sizes = [output["parameters"]["binary_data_size"] for output in json.loads(answer.body[:length])["outputs"]]
    assert sizes == [16, 16]
    assert answer.body[length:] == expected["label"].tobytes() + expected["probabilities"].tobytes()


def test_a_raw_request_needs_no_json(served: Served, expected):
    answer = served.ask("POST", INFER, ROWS.tobytes(), Inference_Header_Content_Length="0")
    assert answer.body.endswith(expected["probabilities"].tobytes())


def test_texts_go_in_and_come_out(late_flights: Path, tmp_path: Path):
    with serving(tmp_path, str(late_flights)) as served:
        asked = {
            "inputs": [
                {"name": "carrier", "datatype": "BYTES", "shape": [2, 1], "data": ["UA", "AA"]},
                {"name": "delay", "datatype": "FP32", "shape": [2, 1], "data": [0.0, 1.0]},
            ],
            "outputs": [{"name": "label"}],
        }
        (label,) = served.ask("POST", "/v2/models/late_flights/infer", asked).json()["outputs"]
        assert label == {"name": "label", "datatype": "BYTES", "shape": [2], "data": ["in time", "late"]}
        in_binary = {**asked, "outputs": [{"name": "label", "parameters": {"binary_data": True}}]}
        answer = served.ask("POST", "/v2/models/late_flights/infer", in_binary)
        assert answer.body.endswith(b"\x07\0\0\0in time\x04\0\0\0late")


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "says"),
    [
        ("GET", "/nothing", None, {}, 404, "/nothing is unknown here"),
        ("GET", "/v2/models/other", None, {}, 404, "model 'other' is unknown; this server has 'logistic'"),
        ("GET", "/v2/models/other/ready", None, {}, 404, "model 'other' is unknown"),
        ("POST", "/v2/models/other/infer", row(1, 2, 3), {}, 404, "model 'other' is unknown"),
        ("POST", "/v2/models/logistic/versions/2/infer", row(1, 2, 3), {}, 404, "version '2' of logistic is unknown"),
        ("GET", INFER, None, {}, 405, "GET is not for /v2/models/logistic/infer; POST is"),
        ("POST", "/v2/health/ready", b"", {}, 405, "POST is not for"),
        ("POST", INFER, b"{", {}, 400, "body: no JSON"),
        ("POST", INFER, b"", {}, 400, "body: no JSON"),
        ("POST", INFER, {"inputs": []}, {}, 400, "inputs: X missing"),
        ("POST", INFER, row(1, 2), {}, 400, "input X: shape is [1, 2]; the model takes [-1, 3]"),
        ("POST", INFER, row(1, 2, 3), {"Inference_Header_Content_Length": "x"}, 400, "a whole number is wanted"),
        ("POST", INFER, row(1, 2, 3), {"Inference_Header_Content_Length": "-1"}, 400, "a whole number is wanted"),
        ("POST", INFER, row(1, 2, 3), {"Inference_Header_Content_Length": "9999"}, 400, "more than the body's"),
        ("POST", INFER, row(1, 2, 3), {"Content_Encoding": "br"}, 415, "Content-Encoding: br is unknown here"),
        ("POST", INFER, b"x" * 100001, {}, 413, "body: more than 100000 bytes"),
    ],
)
def test_every_error_is_one_text(served: Served, *, method, path, body, headers, status, says):
    answer = served.ask(method, path, body, **headers)
    assert answer.status == status
    assert list(answer.json()) == ["error"]
    assert says in answer.json()["error"]


def test_a_long_chunked_body_is_refused_too(served: Served):
    def chunks() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 1000

    with served.connect() as connection:
        connection.request("POST", INFER, chunks(), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
        assert connection.getresponse().status == 413


def test_a_connection_outlives_its_errors(served: Served):
    with served.connect() as connection:
        bodies = (b"{", row(1, 2, 3), b"x" * 100001, row(1, 2, 3))
        assert [ask(connection, "POST", INFER, body).status for body in bodies] == [400, 200, 413, 200]


def test_clients_that_leave_early_harm_nobody(served: Served):
    for sent in (b"POST ", b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf" % INFER.encode()):
        with socket.create_connection(("127.0.0.1", served.port)) as left:
            left.sendall(sent)
    assert served.ask("POST", INFER, row(1, 2, 3)).status == 200


def test_a_null_is_nan_for_the_model_and_a_nan_answer_is_null(served: Served):
    answer = served.ask("POST", INFER, row(None, 1, 1))
    assert json.loads(answer.body, parse_constant=pytest.fail)["outputs"][1]["data"] == [None, None]


def test_requests_are_counted_by_model_and_code(served: Served):
    before = {code: served.metric(f'colonnade_requests_total{{code="{code}",model="logistic"}}') for code in (200, 400)}
    served.ask("POST", INFER, row(1, 2, 3))
    served.ask("POST", INFER, b"{")
    for code, count in before.items():
        assert served.metric(f'colonnade_requests_total{{code="{code}",model="logistic"}}') == count + 1
    assert served.metric('colonnade_request_duration_seconds_count{model="logistic"}') >= 2
    assert served.metric('colonnade_inflight_requests{model="logistic"}') == 0


def test_metrics_say_what_is_served(served: Served):
    said = served.ask("GET", "/metrics").body.decode()
    assert 'colonnade_bundle_info{digest="sha256:' in said
    assert 'colonnade_golden_difference{model="logistic"} 0.0' in said
    assert "colonnade_ready 1.0" in said


def test_openapi_describes_the_infer_route(served: Served):
    paths = served.ask("GET", "/openapi.json").json()["paths"]
    infer = paths["/v2/models/{model}/versions/{version}/infer"]["post"]
    path = [parameter["name"] for parameter in infer["parameters"] if parameter["in"] == "path"]
    assert path == ["model", "version"]
    assert "null" in infer["description"]
