"""The management routes of a real server over a folder of two models."""

import gzip
import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving.process import Served, row, serving

INFER = "/v2/models/logistic/infer"


@pytest.fixture(scope="module")
def repository(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    for name in ("logistic", "spare"):
        shutil.copy(logistic, folder / f"{name}.onnx")
    return folder


@pytest.fixture(scope="module")
def served(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    options = ("--drain-delay=0", "--max-body-bytes=100000")
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, str(repository), *options, COLONNADE_MODEL_CONTROL="true") as running:
        yield running


def states(served: Served, body: object = None) -> dict[str, str]:
    return {entry["name"]: entry["state"] for entry in served.ask("POST", "/v2/repository/index", body).json()}


def test_a_model_is_unloaded_listed_so_and_loaded_again(served: Served):
    assert served.ask("POST", "/v2/repository/models/spare/unload").json() == {"name": "spare", "unload": True}
    assert states(served) == {"logistic": "READY", "spare": "UNAVAILABLE"}
    assert states(served, {"ready": True}) == {"logistic": "READY"}
    assert served.ask("GET", "/v2/models/spare/ready").status == 404
    assert served.ask("POST", "/v2/repository/models/spare/load", {"parameters": {}}).json()["load"] is True
    assert served.ask("GET", "/v2/models/spare/ready").json() == {"name": "spare", "ready": True}


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("models/other/load", None, 404, "model 'other' is not in the repository"),
        ("models/other/unload", None, 404, "'other' is unknown"),
        ("models/spare/load", {"parameters": {"config": "{}"}}, 400, "as the repository has it"),
        ("models/spare/load", {"parameters": 3}, 400, "parameters: Expected object, got int"),
        ("index", b"{", 400, "body: no JSON: Input data was truncated"),
        ("index", {"ready": 3}, 400, "ready: Expected bool, got int"),
        ("index", b" " * 70000, 413, "more than 65536 bytes"),
    ],
)
def test_a_wrong_repository_request_is_refused_in_words(
    served: Served, path: str, body: object, status: int, says: str
):
    answer = served.ask("POST", f"/v2/repository/{path}", body)
    assert answer.status == status
    assert says in answer.json()["error"]


def test_statistics_are_tritons(served: Served):
    before = served.ask("GET", "/v2/models/logistic/stats").json()["model_stats"][0]
    served.ask("POST", INFER, row(1, 2, 3))
    served.ask("POST", INFER, b"{")
    (stats,) = served.ask("GET", "/v2/models/logistic/versions/1/stats").json()["model_stats"]
    assert (stats["name"], stats["version"]) == ("logistic", "1")
    assert stats["inference_count"] == before["inference_count"] + 1
    assert stats["execution_count"] == before["execution_count"] + 1
    for outcome in ("success", "fail"):
        assert stats["inference_stats"][outcome]["count"] == before["inference_stats"][outcome]["count"] + 1
    assert stats["inference_stats"]["compute_infer"]["ns"] > before["inference_stats"]["compute_infer"]["ns"]
    all_stats = served.ask("GET", "/v2/models/stats").json()["model_stats"]
    assert [each["name"] for each in all_stats] == ["logistic", "spare"]


def test_the_configuration_is_tritons(served: Served):
    config = served.ask("GET", "/v2/models/logistic/config").json()
    assert (config["name"], config["backend"]) == ("logistic", "onnxruntime")
    assert config["max_batch_size"] > 1
    assert config["input"] == [{"name": "X", "data_type": "TYPE_FP32", "dims": [3]}]
    assert config["parameters"]["digest"]["string_value"].startswith("sha256:")
    assert config["parameters"]["providers"]["string_value"] == "CPUExecutionProvider"


def test_openapi_has_a_body_that_the_model_answers(served: Served):
    paths = served.ask("GET", "/openapi.json").json()["paths"]
    infer = paths["/v2/models/{model}/infer"]["post"]
    (model,) = [parameter["example"] for parameter in infer["parameters"] if parameter["name"] == "model"]
    body = infer["requestBody"]["content"]["application/json"]["example"]
    assert served.ask("POST", f"/v2/models/{model}/infer", body).status == 200


@pytest.mark.parametrize(("coding", "squeeze"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_body_is_read(served: Served, coding: str, squeeze: Callable[[bytes], bytes]):
    plain = served.ask("POST", INFER, row(1, 2, 3))
    sent = squeeze(json.dumps(row(1, 2, 3)).encode())
    answer = served.ask("POST", INFER, sent, Content_Encoding=coding)
    assert (answer.status, answer.body) == (200, plain.body)


def test_a_bomb_is_a_413(served: Served):
    answer = served.ask("POST", INFER, gzip.compress(bytes(10_000_000)), Content_Encoding="gzip")
    assert (answer.status, list(answer.json())) == (413, ["error"])


def test_an_unknown_encoding_is_a_415_that_names_those_that_are_known(served: Served):
    answer = served.ask("POST", INFER, row(1, 2, 3), Content_Encoding="br")
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "gzip, deflate")


def test_without_model_control_nobody_loads_or_unloads(repository: Path, tmp_path: Path):
    with serving(tmp_path, str(repository), "--drain-delay=0") as served:
        for action in ("load", "unload"):
            answer = served.ask("POST", f"/v2/repository/models/spare/{action}")
            assert answer.status == 403
            assert "--model-control" in answer.json()["error"]
        assert states(served) == {"logistic": "READY", "spare": "READY"}
