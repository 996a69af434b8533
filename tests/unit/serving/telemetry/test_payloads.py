import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from colonnade_serving.loading import Model
from colonnade_serving.store import open_store
from colonnade_serving.telemetry import Metrics, Observer
from colonnade_serving.telemetry.background_worker import MOST_WAITING
from colonnade_serving.telemetry.feedback import ById, Feedback, Label
from colonnade_serving.telemetry.payloads import Payloads, protected_by
from colonnade_serving.telemetry.sinks import BATCH, SinkError, open_sink

from .conftest import rows
from .receiver import Receiver, receiving
from .traffic import answered, named, requests, told


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def events(lines: list[bytes]) -> list[BaseCloudEvent]:
    """As another CloudEvents reader sees them; it objects to what the specification forbids."""
    return [JSONFormat().read(CloudEvent, line) for line in lines]


def in_batch(body: bytes) -> list[BaseCloudEvent]:
    return events([json.dumps(event).encode() for event in json.loads(body)])


def data(event: BaseCloudEvent) -> Any:
    return event.get_data()


Logged = Callable[..., list[BaseCloudEvent]]


@pytest.fixture
def logged(tmp_path: Path) -> Logged:
    """The events of requests to a model, from a file."""

    def logged(model: Model, inputs: dict[str, np.ndarray], share: float = 1.0, protected: str = "", labels=()):
        metrics, path = Metrics(), tmp_path / "payloads.jsonl"
        payloads = Payloads(metrics.families, open_sink(path.as_uri()), share, frozenset(protected.split(",")))
        observer, payload = Observer(model, metrics), payloads.of(model)
        by_id = ById(model, None, 60, payload.unjoined)
        observer.feedback = Feedback(metrics.families, model, by_id, None)
        observer.batched += [payload.ran, by_id.remember]
        answered(observer, requests(model, inputs))
        observer.labelled(labels)
        payloads.close(20)
        return events(path.read_bytes().splitlines()) if path.exists() else []

    return logged


def test_a_request_is_an_event_with_what_came_and_what_went(logged: Logged, matrix: Model):
    inputs = rows(3)
    first, *others = logged(matrix, {"X": inputs})
    assert [event.get_id() for event in (first, *others)] == ["r0", "r1", "r2"]
    assert first.get_type() == "dev.colonnade.prediction.v1"
    assert first.get_source() == "/v2/models/logistic/versions/1"
    assert first.get_extension("bundle") == matrix.digest
    said = data(first)
    assert said["inputs"] == [
        {"name": "X", "datatype": "FP32", "shape": [1, 3], "data": [float(value) for value in inputs[0]]}
    ]
    expected = matrix.engine.infer({"X": inputs})
    assert {output["name"]: output["data"] for output in said["outputs"]} == {
        name: expected[name][0].reshape(-1).tolist() for name in expected
    }
    assert said["computeSeconds"] == pytest.approx(0.002)


def test_of_a_protected_input_no_value_is_in_the_log(logged: Logged, flights: Model):
    inputs = {"carrier": np.array([["UA"]], object), "delay": np.array([[0.987654]], np.float32)}
    (event,) = logged(flights, inputs, protected="carrier")
    said = json.dumps(data(event))
    assert "UA" not in said
    assert "0.98" not in said  # its feature says protected: true
    assert [tensor["parameters"] for tensor in data(event)["inputs"]] == [{"redacted": True}] * 2


def test_of_a_protected_column_no_value_is_in_the_log(logged: Logged, matrix: Model):
    (event,) = logged(matrix, {"X": np.array([[0.25, 0.5, 0.75]], np.float32)}, protected="X[1],probabilities[0]")
    tensor = data(event)["inputs"][0]
    assert tensor["data"] == [0.25, None, 0.75]
    assert tensor["parameters"] == {"redacted": [1]}
    probabilities = data(event)["outputs"][1]
    assert probabilities["data"][0] is None
    assert probabilities["data"][1] is not None


def test_a_bundle_may_say_in_its_lineage_what_is_protected(matrix: Model):
    assert matrix.bundle is not None
    bundle = matrix.bundle.model_copy(update={"lineage": {"protected": ["X[2]"]}})
    assert protected_by(replace(matrix, bundle=bundle)) == {"X[2]"}


def test_a_name_to_protect_that_no_input_and_no_output_has_is_said(
    tmp_path: Path, matrix: Model, caplog: pytest.LogCaptureFixture
):
    protected = frozenset({"X", "X[1]", "label", "delai", ""})
    payloads = Payloads(Metrics().families, open_sink((tmp_path / "log").as_uri()), 1.0, protected)
    payloads.of(matrix)
    payloads.close(5.0)
    (said,) = (vars(record) for record in caplog.records if record.message == "protected is no input or output")
    assert (said["model"], said["names"]) == ("logistic", ["delai"])


def test_what_json_can_not_say_is_null(logged: Logged, matrix: Model):
    (event,) = logged(matrix, {"X": np.array([[np.nan, np.inf, 0.5]], np.float32)})
    assert data(event)["inputs"][0]["data"] == [None, None, 0.5]


def test_the_share_is_what_is_sampled(logged: Logged, matrix: Model):
    assert logged(matrix, {"X": rows(20)}, share=0.0) == []
    assert 250 < len(logged(matrix, {"X": rows(1000)}, share=0.5)) < 750


def test_a_label_that_could_not_be_joined_is_an_event_about_its_request(logged: Logged, matrix: Model):
    labels = [Label(id="r0", label=1), Label(id="of another pod", label=0, at=datetime(2026, 11, 24, 10, tzinfo=UTC))]
    *_, event = logged(matrix, {"X": rows(1)}, labels=labels)
    assert event.get_type() == "dev.colonnade.feedback.v1"
    assert event.get_subject() == "of another pod"
    assert data(event) == {"id": "of another pod", "label": 0, "at": "2026-11-24T10:00:00Z"}


def offered(url: str, matrix: Model, count: int) -> tuple[Metrics, Payloads]:
    metrics = Metrics()
    payloads = Payloads(metrics.families, open_sink(url), 1.0, frozenset())
    payloads.of(matrix).ran(requests(matrix, {"X": rows(count)}))
    return metrics, payloads


def outcomes(metrics: Metrics) -> dict[str, float]:
    samples = told(metrics)
    every = ("written", "dropped", "failed")
    return {
        outcome: samples[key]
        for outcome in every
        if (key := named("colonnade_payloads_total", model="logistic", outcome=outcome)) in samples
    }


def test_an_endpoint_gets_batches(receiver: Receiver, matrix: Model):
    metrics, payloads = offered(f"{receiver.url}/events", matrix, 300)
    payloads.close(20)
    assert {request.path for request in receiver.received} == {"/events"}
    assert {request.headers["content-type"] for request in receiver.received} == {BATCH}
    got = [event.get_id() for request in receiver.received for event in in_batch(request.body)]
    assert got == [f"r{place}" for place in range(300)]
    assert len(receiver.received) < 10
    assert outcomes(metrics) == {"written": 300}


def test_an_endpoint_that_is_busy_is_asked_again(receiver: Receiver, matrix: Model):
    receiver.answers = [503, 429]
    metrics, payloads = offered(receiver.url, matrix, 2)
    payloads.close(20)
    assert len(receiver.received) == 3
    assert outcomes(metrics) == {"written": 2}


def test_what_is_refused_is_counted_and_the_log_tells_no_secret(receiver: Receiver, matrix: Model, caplog):
    receiver.answers = [403]
    metrics, payloads = offered(f"{receiver.url}/in?token=hidden", matrix, 2)
    payloads.close(20)
    assert outcomes(metrics) == {"failed": 2}
    assert "403" in caplog.records[-1].error
    assert "hidden" not in caplog.records[-1].error


def test_when_too_much_waits_events_are_dropped_and_counted(receiver: Receiver, matrix: Model):
    receiver.hold.clear()
    metrics, payloads = offered(receiver.url, matrix, 3 * MOST_WAITING)
    receiver.hold.set()
    payloads.close(20)
    counted = outcomes(metrics)
    assert counted["dropped"] >= MOST_WAITING
    assert counted["dropped"] + counted["written"] == 3 * MOST_WAITING


def test_what_can_not_be_written_before_the_end_is_counted(receiver: Receiver, matrix: Model):
    receiver.hold.clear()
    metrics, payloads = offered(receiver.url, matrix, 600)
    payloads.close(0.2)
    assert outcomes(metrics)["dropped"] >= 600 - 256


def test_a_store_gets_an_object_a_batch(s3: None, matrix: Model):
    metrics, payloads = offered("s3://bucket/payloads", matrix, 5)
    payloads.close(20)
    store = open_store("s3://bucket/payloads")
    got = [event.get_id() for item in store.list() for event in in_batch(store.get(item.path))]
    assert got == ["r0", "r1", "r2", "r3", "r4"]
    assert outcomes(metrics) == {"written": 5}


@pytest.mark.parametrize("url", ["ftp://host/a", "file://host/a", "http:///a"])
def test_other_addresses_are_refused(url: str):
    with pytest.raises(ValueError, match="the payload log is file:///path"):
        open_sink(url)


def test_a_path_is_refused_with_its_address_and_a_folder_with_what_is_wanted(tmp_path: Path):
    with pytest.raises(ValueError, match=r"a bare path; file:///.*/payloads\.jsonl is wanted"):
        open_sink("payloads.jsonl")
    with pytest.raises(ValueError, match="is a folder; a file in it is wanted"):
        open_sink(f"{tmp_path.as_uri()}/")
    with pytest.raises(ValueError, match=f"there is no folder {tmp_path}/none"):
        open_sink((tmp_path / "none" / "log").as_uri())


def test_a_file_that_can_not_be_written_is_said(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    sink = open_sink((tmp_path / "folder" / "log").as_uri())
    (tmp_path / "folder").rmdir()
    with pytest.raises(SinkError, match="No such file or directory"):
        sink.write([b"{}"])
