"""Labels by token, over real servers: several replicas, each way to ask, restarts, and what a kill loses."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.serving.process import Answer, Served, row, serving
from tests.serving.telemetry.test_served import described
from tests.unit.serving.telemetry.conftest import rows

INFER, FEEDBACK, HEADER = "/v2/models/logistic/infer", "/v2/models/logistic/feedback", "x-colonnade-prediction"
KEY = {"COLONNADE_FEEDBACK_KEY": "a secret of the test"}


def outcome(served: Served, labels: object) -> dict[str, int]:
    answer = served.ask("POST", FEEDBACK, labels)
    assert answer.status == 200, answer.body
    return {name: count for name, count in answer.json().items() if count}


def confusion(*servers: Served) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for served in servers:
        for family in text_string_to_metric_families(served.ask("GET", "/metrics").body.decode()):
            for sample in family.samples:
                if sample.name == "colonnade_confusion_total":
                    cell = sample.labels["predicted"], sample.labels["actual"]
                    found[cell] = found.get(cell, 0) + sample.value
    return found


@pytest.fixture
def bundle(logistic: Path, tmp_path: Path) -> str:
    return described(logistic, tmp_path)


def test_without_a_key_no_answer_has_a_token_and_labels_by_token_are_refused(bundle: str, tmp_path: Path):
    with serving(tmp_path, bundle) as served:
        assert HEADER not in served.ask("POST", INFER, row(0.1, 0.2, 0.3)).headers
        refused = served.ask("POST", FEEDBACK, {"token": "t", "label": 1})
    assert (refused.status, refused.json()["error"]) == (
        404,
        "this server takes no labels by token; see --feedback-key",
    )


def test_each_way_to_ask_has_a_token_that_another_replica_takes(bundle: str, tmp_path: Path):
    tensor = {"name": "X", "datatype": "FP32", "shape": [2, 3], "data": [0.1, 0.2, 0.3, 0.9, 0.9, 0.9]}
    binary = np.array([[0.1, 0.2, 0.3]], "<f4").tobytes()
    head = b'{"inputs":[{"name":"X","datatype":"FP32","shape":[1,3],"parameters":{"binary_data_size":12}}]}'
    (tmp_path / "other").mkdir()
    with serving(tmp_path, bundle, **KEY) as served, serving(tmp_path / "other", bundle, **KEY) as other:

        def ask(path: str, body: object, **headers: str) -> Answer:
            answer = served.ask("POST", path, body, **headers)
            assert answer.status == 200, answer.body
            return answer

        asked = [
            ask(INFER, row(0.1, 0.2, 0.3)),
            ask(INFER, row(0.2, 0.2, 0.3)),
            ask(INFER, head + binary, Inference_Header_Content_Length=str(len(head))),
            ask("/v1/models/logistic:predict", {"instances": [[0.1, 0.2, 0.3]]}),
            ask(INFER, row(0.1, 0.2, 0.3), Connection="close"),
        ]
        several = ask(INFER, {"inputs": [tensor]})
        tokens = [answer.headers[HEADER] for answer in asked]
        assert len(set(tokens)) == len(tokens)
        assert outcome(other, [{"token": token, "label": 0} for token in tokens]) == {"matched": 5}
        assert outcome(served, {"token": several.headers[HEADER], "label": [0, 1]}) == {"matched": 1}
        assert confusion(served, other) == {("0", "0"): 6, ("1", "1"): 1}


def test_a_token_outlives_the_process_that_made_it(bundle: str, tmp_path: Path):
    with serving(tmp_path, bundle, **KEY) as first:
        tokens = [first.ask("POST", INFER, row(*map(float, values))).headers[HEADER] for values in rows(5)]
        first.process.kill()
    with serving(tmp_path, bundle, **KEY) as again:
        assert outcome(again, [{"token": token, "label": 1} for token in tokens]) == {"matched": 5}


def test_groups_come_as_a_parameter_of_the_request(bundle: str, tmp_path: Path):
    def about(group: str, *values: float) -> dict[str, Any]:
        return row(*values) | {"parameters": {"sex": group}}

    with serving(tmp_path, bundle, "--group-parameter=sex", **KEY) as served:
        for group, count in {"F": 3, "M": 2}.items():
            for place in range(count):
                token = served.ask("POST", INFER, about(group, 0.1, 0.2, place / 10)).headers[HEADER]
                assert outcome(served, {"token": token, "label": 0}) == {"matched": 1}
        served.ask("POST", INFER, row(0.1, 0.2, 0.3))
        said = served.ask("GET", "/metrics").body.decode()
    counted = [
        (sample.labels["group"], sample.labels.get("actual"), sample.value)
        for family in text_string_to_metric_families(said)
        for sample in family.samples
        if sample.name in {"colonnade_group_predictions_total", "colonnade_group_confusion_total"}
    ]
    assert sorted(counted, key=str) == sorted(
        [("F", None, 3), ("M", None, 2), ("", None, 1), ("F", "0", 3), ("M", "0", 2)], key=str
    )


def test_a_group_that_no_input_has_stops_the_start(bundle: str, tmp_path: Path):
    served = Served.start(tmp_path / "log", bundle, "--group-input=sex")
    assert served.process.wait(60) != 0
    assert "the model has no input sex; it has X" in (tmp_path / "log").read_text()
