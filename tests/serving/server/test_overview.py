"""What there is: GET / and GET /v2/models."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.process import Served, serving


@pytest.fixture(scope="module")
def served(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    repository = tmp_path_factory.mktemp("repository")
    for name in ("logistic/1", "logistic/2", "a b/1"):
        (repository / name).mkdir(parents=True)
        shutil.copy(logistic, repository / name / "model.onnx")
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, str(repository), "--every-version", "--model-control") as running:
        yield running


def test_the_models_are_listed_with_their_states_and_urls(served: Served):
    said = {"state": "READY", "reason": ""}
    assert served.ask("GET", "/v2/models").json() == {
        "models": [
            {"name": "a b", "version": "1", "url": "/v2/models/a%20b"} | said,
            {"name": "logistic", "version": "1", "url": "/v2/models/logistic/versions/1"} | said,
            {"name": "logistic", "version": "2", "url": "/v2/models/logistic/versions/2"} | said,
        ]
    }
    for model in served.ask("GET", "/v2/models").json()["models"]:
        assert served.ask("GET", model["url"]).status == 200


def test_the_root_says_what_there_is_and_where(served: Served):
    root = served.ask("GET", "/").json()
    assert (root["name"], root["ready"]) == ("colonnade", True)
    assert root["version"] == served.ask("GET", "/v2").json()["version"]
    assert root["models"] == served.ask("GET", "/v2/models").json()["models"]
    for name in ("docs", "openapi", "metrics", "health"):
        assert served.ask("GET", root[name]).status == 200


def test_a_model_that_is_away_is_listed_so(served: Served):
    served.ask("POST", "/v2/repository/models/a%20b/unload")
    first = served.ask("GET", "/v2/models").json()["models"][0]
    assert (first["name"], first["state"]) == ("a b", "UNAVAILABLE")
    assert served.ask("GET", "/").json()["ready"] is True
    served.ask("POST", "/v2/repository/models/a%20b/load")


@pytest.mark.parametrize(
    "path",
    ["/", "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models", "/v2/models/logistic", "/metrics", "/docs"],
)
def test_head_says_what_get_would_without_its_body(served: Served, path: str):
    head, got = served.ask("HEAD", path), served.ask("GET", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    if path != "/metrics":
        assert head.headers["content-length"] == str(len(got.body))


def test_head_has_the_status_of_get(served: Served):
    with served.connect() as connection:
        for path, status in (("/v2/models/other", 404), ("/v2/models/logistic/infer", 405), ("/v2", 200)):
            connection.request("HEAD", path)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (status, b"")


def test_a_wrong_method_hears_that_head_is_right_too(served: Served):
    assert served.ask("DELETE", "/v2").headers["allow"] == "GET, HEAD"
    assert served.ask("GET", "/v2/models/logistic/infer").headers["allow"] == "POST"
