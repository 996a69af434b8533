import math
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sklearn.metrics import confusion_matrix, mean_absolute_error, mean_squared_error

from colonnade_serving.batching import Batch
from colonnade_serving.loading import Model
from colonnade_serving.protocol.errors import ProtocolError
from colonnade_serving.server.routes.errors import answer_errors
from colonnade_serving.telemetry import Metrics, Observer
from colonnade_serving.telemetry.feedback import ById, Feedback, Label
from colonnade_serving.telemetry.feedback_routes import MOST_BYTES, feedback_router
from colonnade_serving.telemetry.quality import Confusion, Errors, Told, quality

from .conftest import rows
from .traffic import answered, named, of, requests, told


def remembers(observer: Observer, metrics: Metrics) -> None:
    by_id = ById(observer.model, quality(metrics.families, observer.model), 600)
    observer.feedback = Feedback(metrics.families, observer.model, by_id, None)
    observer.batched.append(by_id.remember)


@pytest.fixture
def taught(observer: Observer, metrics: Metrics) -> Observer:
    """An observer that takes feedback, and has seen 40 requests, r0 to r39."""
    remembers(observer, metrics)
    answered(observer, requests(observer.model, {"X": rows(40)}))
    return observer


def predictions(model: Model) -> list[int]:
    return [int(label) for label in model.engine.infer({"X": rows(40)})["label"]]


def cell(model: Model, metrics: Metrics, predicted: str, actual: str) -> str:
    of = {"model": model.name, "bundle": model.digest.removeprefix("sha256:")[:12], "start": metrics.families.start}
    return named("colonnade_confusion_total", **of, predicted=predicted, actual=actual)


def test_labels_become_a_confusion_matrix(taught: Observer, metrics: Metrics):
    actual = np.random.default_rng(1).integers(0, 2, 40)
    taught.labelled([Label(id=f"r{place}", label=int(label)) for place, label in enumerate(actual)])
    expected = confusion_matrix(predictions(taught.model), actual)
    samples = told(metrics)
    for predicted in (0, 1):
        for true in (0, 1):
            assert samples.get(cell(taught.model, metrics, str(predicted), str(true)), 0) == expected[predicted, true]


def test_a_label_counts_once(taught: Observer, metrics: Metrics):
    first = taught.labelled([Label(id="r0", label=1)])
    second = taught.labelled([Label(id="r0", label=1), Label(id="elsewhere", label=1)])
    assert first == {"matched": 1, "unmatched": 0, "repeated": 0, "late": 0, "invalid": 0}
    assert second == {"matched": 0, "unmatched": 1, "repeated": 1, "late": 0, "invalid": 0}
    assert sum(of(told(metrics), "colonnade_confusion_total").values()) == 1
    assert told(metrics)[named("colonnade_feedback_total", model="logistic", outcome="repeated")] == 1


def test_labels_of_several_rows_come_as_a_list(observer: Observer, metrics: Metrics):
    remembers(observer, metrics)
    answered(observer, requests(observer.model, {"X": rows(6)}, rows=3))
    given = observer.labelled([Label(id="r0", label=[0, 1, 1]), Label(id="r1", label=[0, 1])])
    assert (given["matched"], given["invalid"]) == (1, 1)
    assert sum(of(told(metrics), "colonnade_confusion_total").values()) == 3


@pytest.mark.parametrize(("label", "name"), [(True, "1"), (1.0, "1"), ("1", "1"), (7, "other"), ("x", "other")])
def test_classes_go_by_name_and_unknown_ones_are_one(matrix: Model, metrics: Metrics, label, name):
    Confusion(metrics.families, matrix).judge(Told([0]), [label])
    assert told(metrics)[cell(matrix, metrics, "0", name)] == 1


def test_classes_that_are_many_stay_few_series(matrix: Model, metrics: Metrics):
    many = SimpleNamespace(name="m", digest="sha256:" + "0" * 64, bundle=SimpleNamespace(classes=list(range(1000))))
    Confusion(metrics.families, many).judge(Told(range(1000)), list(range(1000)))  # type: ignore[arg-type]
    assert len(of(told(metrics), "colonnade_confusion_total")) == 21


def test_a_regressions_errors_are_sums(matrix: Model, metrics: Metrics):
    predicted, actual = np.random.default_rng(1).random((2, 50), np.float32)
    errors = Errors(metrics.families, matrix)
    assert errors.judge(Told(predicted[:20]), actual[:20].tolist())
    assert errors.judge(Told(predicted[20:]), actual[20:].tolist())
    samples = {name.partition("{")[0]: value for name, value in told(metrics).items()}
    count = samples["colonnade_regression_labels_total"]
    assert count == 50
    absolute, squared = (samples[f"colonnade_regression_{kind}_error_total"] for kind in ("absolute", "squared"))
    assert absolute / count == pytest.approx(mean_absolute_error(actual, predicted), rel=1e-5)
    assert squared / count == pytest.approx(mean_squared_error(actual, predicted), rel=1e-5)


@pytest.mark.parametrize("label", ["12", math.nan, math.inf])
def test_what_is_no_number_is_no_label_of_a_regression(matrix: Model, metrics: Metrics, label):
    assert not Errors(metrics.families, matrix).judge(Told([1.0]), [label])
    assert sum(of(told(metrics), "colonnade_regression_labels_total").values()) == 0


def test_a_prediction_that_the_client_did_not_ask_for_is_not_known(taught: Observer):
    tasks = requests(taught.model, {"X": rows(1)})
    tasks[0].id = "scores only"
    batch = tasks[0].batch
    assert batch is not None
    tasks[0].batch = Batch(batch.inputs, {"probabilities": batch.outputs["probabilities"]}, 1)
    answered(taught, tasks)
    assert taught.labelled([Label(id="scores only", label=1)])["unmatched"] == 1


async def post(observer: Observer, body: object, path: str = "/v2/models/logistic/feedback") -> Response:
    def find(model: str, version: str | None) -> Observer:
        if model != observer.model.name or version not in (None, observer.model.version):
            raise ProtocolError(f"model {model!r} is unknown", 404)
        return observer

    api = FastAPI()
    answer_errors(api)
    api.include_router(feedback_router(find))
    async with AsyncClient(transport=ASGITransport(api), base_url="http://pod") as client:
        return await client.post(path, **({"content": body} if isinstance(body, bytes) else {"json": body}))


async def test_the_route_says_what_became_of_the_labels(taught: Observer):
    labels = [{"id": "r0", "label": 1, "at": "2026-11-24T10:00:00Z"}, {"id": "gone", "label": 0}]
    answer = await post(taught, labels)
    assert answer.status_code == 200
    assert answer.json() == {"matched": 1, "unmatched": 1, "repeated": 0, "late": 0, "invalid": 0}
    assert (await post(taught, labels, "/v2/models/logistic/versions/1/feedback")).json()["repeated"] == 1


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ([{"id": "r0"}], 400, "labels[0].label: Field required"),
        ([{"id": "r0", "label": 1, "at": "2026-11-24T10:00:00"}], 400, "labels[0].at: Input should have timezone info"),
        ([{"id": "r0", "label": 1, "was": 2}], 400, "labels[0].was: Extra inputs are not permitted"),
        ({"id": "r0"}, 400, "labels[0].label: Field required"),
        ("r0", 400, "labels: Input should be a valid array"),
        ([{"label": 1}], 400, "give either the token of an answer or the id of a request"),
        ([{"id": "r0", "token": "t", "label": 1}], 400, "give either the token"),
        (b"[", 400, "labels: Invalid JSON"),
        (b" " * (MOST_BYTES + 1), 413, "send fewer labels at once"),
        ([{"id": "r0", "label": 1}] * 10_001, 413, "send at most 10000 at once"),
    ],
)
async def test_what_are_no_labels_is_refused_and_said_why(taught: Observer, body, code, says):
    answer = await post(taught, body)
    assert answer.status_code == code
    assert says in answer.json()["error"]


async def test_an_unknown_model_and_feedback_that_is_off_are_404(taught: Observer):
    assert (await post(taught, [], "/v2/models/other/feedback")).status_code == 404
    taught.feedback = None
    answer = await post(taught, [])
    assert answer.status_code == 404
    assert "--feedback-minutes" in answer.json()["error"]
