"""The real server, observed from outside."""

import gzip
import json
import math
from pathlib import Path

import numpy as np
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.serving.process import Served, row, run, serving
from tests.unit.serving import models
from tests.unit.serving.telemetry.conftest import EDGES, FROZEN, rows
from tests.unit.serving.telemetry.receiver import receiving
from tests.unit.serving.telemetry.traffic import named, of, parsed

INFER = "/v2/models/logistic/infer"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def described(logistic: Path, folder: Path) -> str:
    golden = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}
    scores = {"edges": [0.5], "counts": [1, 1]}
    models.bundled(logistic, golden, folder / "b", features={"X[0]": FROZEN}, scores=scores, classes=[0, 1])
    return str(folder / "b")


def sent(served: Served, inputs: np.ndarray) -> list[int]:
    """Sends each row as a request r0, r1, …; returns the labels that came back."""
    labels = []
    with served.connect() as connection:
        for place, values in enumerate(inputs):
            body = json.dumps(row(*map(float, values)) | {"id": f"r{place}"})
            connection.request("POST", INFER, body, {"traceparent": PARENT})
            outputs = json.loads(connection.getresponse().read())["outputs"]
            labels.append(outputs[0]["data"][0])
    return labels


def test_metrics_are_compressed_for_who_accepts_it(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic)) as served:
        plain = served.ask("GET", "/metrics")
        zipped = served.ask("GET", "/metrics", Accept_Encoding="gzip")
        refused = served.ask("GET", "/metrics", Accept_Encoding="gzip;q=0, identity")
    assert "content-encoding" not in {*plain.headers, *refused.headers}
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(zipped.body) < len(plain.body) / 4
    assert parsed(gzip.decompress(zipped.body).decode()).keys() == parsed(plain.body.decode()).keys()


def test_what_clients_send_is_told_by_metrics_whatever_way_they_come(logistic: Path, tmp_path: Path):
    inputs = rows(60)
    with serving(tmp_path, described(logistic, tmp_path)) as served:
        labels = sent(served, inputs)
        given = [{"id": f"r{place}", "label": 1} for place in range(60)]
        joined = served.ask("POST", "/v2/models/logistic/feedback", given)
        assert served.ask("POST", INFER, {"inputs": []}).status == 400
        text = served.ask("GET", "/metrics", Accept="application/openmetrics-text; version=1.0.0").body.decode()
        samples = parsed(served.ask("GET", "/metrics").body.decode())
    assert joined.json() == {"matched": 60, "unmatched": 0, "repeated": 0, "late": 0, "invalid": 0}
    expected, _ = np.histogram(inputs[:, 0].astype(float), [-math.inf, *EDGES, math.inf])
    assert list(of(samples, "colonnade_feature_bins_total").values()) == expected.tolist()
    assert sum(of(samples, "colonnade_score_bins_total").values()) == 60
    assert samples[named("colonnade_goodput_total", model="logistic")] == 60
    assert samples[named("colonnade_errors_total", model="logistic", reason="invalid")] == 1
    assert samples[named("colonnade_inflight_requests", model="logistic")] == 0
    right = [value for name, value in of(samples, "colonnade_confusion_total").items() if "predicted=1" in name]
    assert right == [sum(labels)]
    assert any(s.exemplar for family in text_string_to_metric_families(text) for s in family.samples)


def test_a_drain_loses_neither_events_nor_spans(logistic: Path, tmp_path: Path):
    log = tmp_path / "payloads.jsonl"
    with receiving() as collector:
        options = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "COLONNADE_PROTECTED": "X[2]"}
        flags = (f"--payload-log={log.as_uri()}", "--payload-share=1", "--drain-delay=0")
        with serving(tmp_path, described(logistic, tmp_path), *flags, **options) as served:
            sent(served, rows(40))
            assert served.end() == 0
        exports = [ExportTraceServiceRequest.FromString(request.body) for request in collector.received]
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert [event["id"] for event in events] == [f"r{place}" for place in range(40)]
    assert all(event["data"]["inputs"][0]["data"][2] is None for event in events)
    scopes = [scope for export in exports for resource in export.resource_spans for scope in resource.scope_spans]
    names = [span.name for scope in scopes for span in scope.spans]
    assert sorted(names) == ["compute"] * 40 + ["infer logistic"] * 40 + ["queue"] * 40


def test_a_payload_log_that_is_nowhere_is_said_at_the_start(logistic: Path, tmp_path: Path):
    ended = run(described(logistic, tmp_path), "--payload-log=ftp://host/x", "--http-port=0")
    assert ended.returncode == 2
    assert "the payload log is file:///path, http(s)://host/path or s3://bucket/prefix" in ended.stderr
