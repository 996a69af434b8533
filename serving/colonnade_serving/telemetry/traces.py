"""OpenTelemetry spans of requests, made after the fact from the times that are known anyway.

The variables of the SDK (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME, …) hold as they
do everywhere. Import this only when traces are wanted: the SDK takes 0.3 s and 20 MiB.
"""

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ..batching.task import InferenceTask
from ..loading import Model
from .answer import Answer
from .background_worker import BackgroundWorker
from .series import Families

SERVICE = "colonnade-serving"

Traced = tuple[Model, Answer]


class Ended(SpanProcessor):
    """Keeps the spans that are sampled and have ended. Used by one thread."""

    def __init__(self) -> None:
        self._spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        """As SpanProcessor."""
        if span.context is not None and span.context.trace_flags.sampled:
            self._spans.append(span)

    def take(self) -> list[ReadableSpan]:
        """Those since it was last asked."""
        spans, self._spans = self._spans, []
        return spans


class Traces:
    """One process's tracer. A request is a span with two children, queue and compute.

    `colonnade_traces_total` counts requests: those that the collector took, those that it didn't, and those that were
    dropped since too many waited, or the end came first.
    """

    def __init__(self, families: Families) -> None:
        self._families = families
        self._exporter = OTLPSpanExporter()
        self._ended = Ended()
        self._provider = _provider(self._ended)
        self._tracer = self._provider.get_tracer("colonnade_serving")
        self._propagator = TraceContextTextMapPropagator()
        self._clock = time.time_ns() - time.perf_counter_ns()
        self._worker: BackgroundWorker[Traced] = BackgroundWorker("traces", self._trace)

    def of(self, model: Model) -> Callable[[Sequence[Answer]], None]:
        """Takes a model's answers; see Observer.finished."""
        dropped = self._families.traces.labels(model.name, "dropped")

        def finished(answers: Sequence[Answer]) -> None:
            taken = sum(self._worker.offer((model, answer)) for answer in answers)
            dropped.inc(len(answers) - taken)

        return finished

    def finish(self) -> None:
        """Nothing more comes: begins to send what waits."""
        self._worker.finish()

    def close(self, seconds: float) -> None:
        """Sends what waits, within `seconds`; a collector that takes longer is not waited for."""
        for model, _ in self._worker.close(seconds):
            self._families.traces.labels(model.name, "dropped").inc()
        self._exporter.shutdown()  # type: ignore[no-untyped-call]

    def _trace(self, traced: list[Traced]) -> None:
        for model, answer in traced:
            parent = self._propagator.extract({"traceparent": answer.trace}) if answer.trace else None
            self._request(model, answer, parent)
        if spans := self._ended.take():
            self._send(spans)

    def _send(self, spans: list[ReadableSpan]) -> None:
        outcome = "failed"
        try:
            if self._exporter.export(spans) is SpanExportResult.SUCCESS:
                outcome = "sent"
        finally:
            for span in spans:
                if span.kind is SpanKind.SERVER and span.attributes is not None:
                    self._families.traces.labels(span.attributes["colonnade.model"], outcome).inc()

    def _request(self, model: Model, answer: Answer, parent: Any) -> None:
        begun, ended = self._nanoseconds(answer.at - answer.seconds), self._nanoseconds(answer.at)
        span = self._tracer.start_span(
            f"infer {model.name}", parent, SpanKind.SERVER, _attributes(model, answer), start_time=begun
        )
        if answer.code >= 500:
            span.set_status(Status(StatusCode.ERROR, answer.reason))
        if answer.task is not None and answer.task.started and span.is_recording():
            self._parts(answer.task, set_span_in_context(span))
        span.end(ended)

    def _parts(self, task: InferenceTask, parent: Any) -> None:
        for name, start, end in (("queue", task.queued, task.started), ("compute", task.started, task.ended)):
            part = self._tracer.start_span(name, parent, start_time=self._nanoseconds(start))
            part.end(self._nanoseconds(end))

    def _nanoseconds(self, seconds: float) -> int:
        return self._clock + int(seconds * 1e9)


def _provider(ended: Ended) -> TracerProvider:
    service = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": SERVICE}
    provider = TracerProvider(resource=Resource.create(service), shutdown_on_exit=False)
    provider.add_span_processor(ended)
    return provider


def _attributes(model: Model, answer: Answer) -> dict[str, Any]:
    known = {
        "http.response.status_code": answer.code,
        "error.type": answer.reason or None,
        "colonnade.model": model.name,
        "colonnade.version": model.version,
        "colonnade.digest": model.digest,
        "colonnade.rows": answer.task.rows if answer.task and answer.task.started else None,
        "colonnade.request_id": (answer.task.echo.decode() or answer.task.id) if answer.task else None,
    }
    return {name: value for name, value in known.items() if value is not None}
