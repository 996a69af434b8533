"""KServe's V1 protocol over a real connection."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.engine import Engine
from tests.serving.process import Served, row, serving

PREDICT = "/v1/models/logistic:predict"
FLIGHTS = "/v1/models/late_flights:predict"
ROWS = np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]], np.float32)


@pytest.fixture(scope="module")
def served(logistic: Path, late_flights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("models")
    for model in (logistic, late_flights):
        (folder / model.name).symlink_to(model)
    with serving(tmp_path_factory.mktemp("served"), str(folder), "--max-body-bytes=100000") as running:
        yield running


@pytest.fixture(scope="module")
def expected(logistic: Path) -> dict[str, np.ndarray]:
    return Engine(logistic).infer({"X": ROWS})


def test_the_models_are_named_and_say_whether_they_are_ready(served: Served):
    assert served.ask("GET", "/v1/models").json() == {"models": ["late_flights", "logistic"]}
    for path in ("/v1/models/logistic", "/v1/models/logistic/versions/1"):
        assert served.ask("GET", path).json() == {"name": "logistic", "ready": True}


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("path", [PREDICT, "/v1/models/logistic/versions/1:predict", PREDICT + "/"])
def test_rows_are_answered_by_rows(served: Served, expected, path: str, named: bool):
    rows = [{"X": each} for each in ROWS.tolist()] if named else ROWS.tolist()
    answer = served.ask("POST", path, {"instances": rows, "signature_name": "serving_default"})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    predictions = answer.json()["predictions"]
    assert [row["label"] for row in predictions] == expected["label"].tolist()
    np.testing.assert_array_equal(
        np.array([row["probabilities"] for row in predictions], np.float32), expected["probabilities"]
    )


@pytest.mark.parametrize("named", [False, True])
def test_columns_are_answered_by_columns(served: Served, expected, named: bool):
    inputs = {"X": ROWS.tolist()} if named else ROWS.tolist()
    predictions = served.ask("POST", PREDICT, {"inputs": inputs}).json()["predictions"]
    assert predictions["label"] == expected["label"].tolist()
    np.testing.assert_array_equal(np.array(predictions["probabilities"], np.float32), expected["probabilities"])


@pytest.mark.parametrize("united", ["UA", {"b64": base64.b64encode(b"UA").decode()}])
def test_texts_and_tables_columns_are_taken_as_values(served: Served, united: object):
    rows = [{"carrier": united, "delay": 0.0}, {"carrier": "AA", "delay": 1.0}]
    answer = served.ask("POST", FLIGHTS, {"instances": rows})
    assert [row["label"] for row in answer.json()["predictions"]] == ["in time", "late"]
    columns = {"carrier": [[united], ["AA"]], "delay": [[0.0], [1.0]]}
    assert served.ask("POST", FLIGHTS, {"inputs": columns}).json()["predictions"]["label"] == ["in time", "late"]


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        (PREDICT, b"{", 400, "body: no JSON"),
        (PREDICT, b"[]", 400, "body: Expected object, got array"),
        (PREDICT, {}, 400, "body: either instances (a list of rows) or inputs (columns by name) is wanted"),
        (PREDICT, {"instances": [[1, 2, 3]], "inputs": [[1, 2, 3]]}, 400, "either instances"),
        (PREDICT, {"instances": 3}, 400, "instances: Expected array, got int"),
        (PREDICT, {"instances": []}, 400, "instances: it is empty"),
        (PREDICT, {"instances": [[1, 2]]}, 400, "input X: shape is [1, 2]; the model takes [-1, 3]"),
        (PREDICT, {"instances": [[1, 2, 3], [1, 2]]}, 400, "input X: data is ragged"),
        (PREDICT, {"instances": [1, 2, 3]}, 400, "input X: shape is [3]; the model takes [-1, 3]"),
        (PREDICT, {"instances": [[1, 2, "x"]]}, 400, "input X: data[0][2]: Expected float"),
        (PREDICT, {"instances": [{"Y": [1, 2, 3]}]}, 400, "instances[0]: the model has no 'Y'; it has X"),
        (PREDICT, {"instances": [{}]}, 400, "instances[0]: X missing"),
        (PREDICT, {"inputs": 3}, 400, "inputs.X: a list is wanted"),
        (PREDICT, {"inputs": {}}, 400, "inputs: X missing"),
        (PREDICT, {"instances": [[1, 2, 3]], "signature_name": "other"}, 400, "leave out 'other'"),
        (FLIGHTS, {"instances": [["UA", 0.5]]}, 400, "an object with carrier, delay is wanted"),
        (FLIGHTS, {"instances": [{"carrier": "UA"}]}, 400, "instances[0]: delay missing"),
        (FLIGHTS, {"instances": [{"carrier": 3, "delay": 0.5}]}, 400, "input carrier: 3 is no text"),
        (FLIGHTS, {"instances": [{"carrier": {"b64": "?"}, "delay": 0.5}]}, 400, "input carrier: b64:"),
        (FLIGHTS, {"instances": [{"carrier": {"b64": "/w=="}, "delay": 0.5}]}, 400, "not UTF-8 at byte 0"),
        (FLIGHTS, {"inputs": {"carrier": ["UA"], "delay": [0.1, 0.2]}}, 400, "inputs disagree on rows"),
        (PREDICT, b" " * 100001, 413, "more than 100000 bytes"),
        ("/v1/models/other:predict", {"instances": [[1]]}, 404, "model 'other' is unknown"),
        ("/v1/models/logistic:explain", {"instances": [[1]]}, 405, "POST is not for"),
        ("/v1/models/logistic/versions/2:predict", {"instances": [[1]]}, 404, "version '2' of logistic is unknown"),
    ],
)
def test_what_is_wrong_is_refused_in_words(served: Served, path: str, body: object, status: int, says: str):
    answer = served.ask("POST", path, body)
    assert answer.status == status
    assert says in answer.json()["error"]


def test_a_deadline_and_an_id_go_by_headers(served: Served):
    late = served.ask("POST", PREDICT, {"instances": ROWS.tolist()}, x_request_timeout_ms="x", x_request_id="abc")
    assert (late.status, late.headers["x-request-id"]) == (400, "abc")


def test_it_is_counted_and_logged_as_v2_is(logistic: Path, tmp_path: Path):
    series = 'colonnade_requests_total{code="200",model="logistic"}'
    options = (f"--payload-log=file://{tmp_path}/log", "--payload-share=1")
    with serving(tmp_path, str(logistic), *options) as served:
        served.ask("POST", PREDICT, {"instances": ROWS.tolist()}, x_request_id="over-v1")
        served.ask("POST", "/v2/models/logistic/infer", row(1, 2, 3), x_request_id="over-v2")
        assert served.metric(series) == 2
        served.end()
    logged = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [event["id"] for event in logged] == ["over-v1", "over-v2"]
    assert logged[0]["data"]["inputs"][0]["shape"] == [2, 3]
