import time
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from colonnade_serving.loading import Model
from colonnade_serving.settings import Settings
from colonnade_serving.telemetry import Telemetry
from tests.serving.process import until

from .conftest import rows
from .receiver import Receiver, receiving
from .traffic import named, requests, told

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-00"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        yield receiver


def spans(collector: Receiver) -> list[Span]:
    exports = [ExportTraceServiceRequest.FromString(request.body) for request in collector.received]
    return [
        span
        for export in exports
        for resource in export.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_a_request_is_a_span_of_its_callers_trace_with_queue_and_compute(collector: Receiver, matrix: Model):
    telemetry = Telemetry(Settings())
    observer = telemetry.of(matrix)
    observer.answered(200, 0.5, task=requests(matrix, {"X": rows(1)})[0], trace=PARENT)
    telemetry.close()
    assert {request.path for request in collector.received} == {"/v1/traces"}
    by_name = {span.name: span for span in spans(collector)}
    request, queue, compute = (by_name[name] for name in ("infer logistic", "queue", "compute"))
    assert request.trace_id.hex() == PARENT.split("-")[1]
    assert request.parent_span_id.hex() == PARENT.split("-")[2]
    assert queue.parent_span_id == compute.parent_span_id == request.span_id
    assert request.end_time_unix_nano - request.start_time_unix_nano == pytest.approx(0.5e9, rel=1e-6)
    assert queue.end_time_unix_nano - queue.start_time_unix_nano == pytest.approx(0.001e9, rel=1e-3)
    assert compute.end_time_unix_nano - compute.start_time_unix_nano == pytest.approx(0.002e9, rel=1e-3)
    attributes = {each.key: each.value for each in request.attributes}
    assert attributes["colonnade.request_id"].string_value == "r0"
    assert attributes["http.response.status_code"].int_value == 200
    assert told(telemetry.metrics)[named("colonnade_traces_total", model="logistic", outcome="sent")] == 1


def outcomes(telemetry: Telemetry) -> dict[str, float]:
    samples = told(telemetry.metrics)
    return {
        outcome: samples[key]
        for outcome in ("sent", "failed", "dropped")
        if (key := named("colonnade_traces_total", model="logistic", outcome=outcome)) in samples and samples[key]
    }


def test_what_the_collector_refuses_was_not_sent(collector: Receiver, matrix: Model):
    collector.answers = [400]
    telemetry = Telemetry(Settings())
    for _ in range(2):
        telemetry.of(matrix).answered(200, 0.1)
    telemetry.close()
    assert outcomes(telemetry) == {"failed": 2}


def test_what_nobody_samples_is_neither_sent_nor_lost(collector: Receiver, matrix: Model):
    telemetry = Telemetry(Settings())
    telemetry.of(matrix).answered(200, 0.1, trace=UNSAMPLED)
    telemetry.close()
    assert (outcomes(telemetry), collector.received) == ({}, [])


def test_a_collector_that_says_nothing_keeps_nobody_from_ending(collector: Receiver, matrix: Model):
    collector.hold.clear()
    telemetry = Telemetry(Settings())
    observer = telemetry.of(matrix)
    observer.answered(200, 0.1)
    telemetry.metrics.flush()
    until(lambda: collector.received)
    for _ in range(3):
        observer.answered(200, 0.1)
    began = time.monotonic()
    telemetry.close(0.2)
    assert time.monotonic() - began < 5  # the collector would keep it for ten
    assert outcomes(telemetry) == {"dropped": 3}


def test_a_caller_that_does_not_sample_is_heeded(collector: Receiver, matrix: Model):
    telemetry = Telemetry(Settings())
    observer = telemetry.of(matrix)
    observer.answered(200, 0.1, trace=UNSAMPLED)
    observer.answered(500, 0.1, "model", trace=PARENT)
    telemetry.close()
    (failed,) = spans(collector)
    assert failed.trace_id.hex() == PARENT.split("-")[1]
    assert failed.status.code == Status.STATUS_CODE_ERROR


@pytest.mark.parametrize("off", ["OTEL_SDK_DISABLED=true", "OTEL_TRACES_EXPORTER=none", "OTEL_EXPORTER_OTLP_ENDPOINT="])
def test_without_an_endpoint_there_is_no_tracer(collector: Receiver, matrix: Model, off: str, monkeypatch):
    monkeypatch.setenv(*off.split("="))
    telemetry = Telemetry(Settings())
    observer = telemetry.of(matrix)
    observer.answered(200, 0.1)
    telemetry.close()
    assert collector.received == []
