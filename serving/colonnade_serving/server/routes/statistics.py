"""Triton's statistics extension, read from the same series that Prometheus scrapes.

github.com/triton-inference-server/server, docs/protocol/extension_statistics.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ...loading import Model
from ...telemetry.metrics import Metrics
from .schemas import Duration, InferenceStatistics, ModelStatistics, Statistics

Sums = Mapping[str, float]


def statistics(metrics: Metrics, models: Iterable[Model]) -> Statistics:
    """Those of models, of all workers together; the versions of one model share theirs."""
    metrics.flush()
    sums = _sums(metrics)
    return Statistics(model_stats=[_of(model, sums[model.name]) for model in models])


def _sums(metrics: Metrics) -> Mapping[str, Sums]:
    sums: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for family in metrics.registry.collect():
        for sample in family.samples:
            if "model" in sample.labels and not sample.name.endswith("_bucket"):
                code = sample.labels.get("code")
                sums[sample.labels["model"]][f"{sample.name}{f' {code}' if code else ''}"] += sample.value
    return sums


def _of(model: Model, sums: Sums) -> ModelStatistics:
    good = sums["colonnade_requests_total 200"]
    answered = sum(value for name, value in sums.items() if name.startswith("colonnade_requests_total "))
    return ModelStatistics(
        name=model.name,
        version=model.version,
        inference_count=int(sums["colonnade_predictions_total"]),
        execution_count=int(sums["colonnade_batch_size_count"]),
        inference_stats=InferenceStatistics(
            success=Duration(count=int(good), ns=_ns(sums["colonnade_request_duration_seconds_sum"])),
            fail=Duration(count=int(answered - good), ns=0),
            queue=_duration(sums, "queue"),
            compute_infer=_duration(sums, "compute"),
        ),
    )


def _duration(sums: Sums, name: str) -> Duration:
    series = f"colonnade_{name}_duration_seconds"
    return Duration(count=int(sums[f"{series}_count"]), ns=_ns(sums[f"{series}_sum"]))


def _ns(seconds: float) -> int:
    return round(seconds * 1e9)
