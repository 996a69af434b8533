"""Requests as a batcher reports them, and what is then told of them."""

import asyncio
from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from colonnade_serving.batching import Batch, InferenceTask
from colonnade_serving.loading import Model
from colonnade_serving.telemetry import Metrics, Observer


def requests(model: Model, inputs: Mapping[str, np.ndarray], rows: int = 1, **fields: Any) -> list[InferenceTask]:
    """One batch of requests of so many rows each, answered by the real engine; they are r0, r1, …"""
    whole = dict(inputs)
    size = len(next(iter(whole.values())))
    batch = Batch(whole, model.engine.infer(whole), size)
    return [_part(batch, at, rows, **fields) for at in range(0, size, rows)]


def answered(observer: Observer, tasks: list[InferenceTask], seconds: float = 0.002) -> None:
    """Reports requests as one batch, each answered by 200."""
    observer.inflight += len(tasks)
    observer.batch(tasks, tasks[0].started, tasks[0].ended)
    for task in tasks:
        observer.answered(200, seconds, task=task)


def told(metrics: Metrics) -> dict[str, float]:
    """All samples by name and labels, as `name{a="b",c="d"}` with labels in alphabetical order."""
    text, _ = asyncio.run(metrics.scrape())
    return parsed(text.decode())


def parsed(text: str) -> dict[str, float]:
    return {
        named(sample.name, **sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def named(name: str, **labels: str) -> str:
    return f"{name}{{{','.join(f'{key}={value}' for key, value in sorted(labels.items()))}}}"


def of(samples: Mapping[str, float], family: str) -> dict[str, float]:
    """The samples of one family."""
    return {name: value for name, value in samples.items() if name.startswith(f"{family}{{")}


def _part(batch: Batch, at: int, rows: int, deadline: float = inf) -> InferenceTask:
    inputs = {name: array[at : at + rows] for name, array in batch.inputs.items()}
    task = InferenceTask(inputs, tuple(batch.outputs), rows, lambda _: None, deadline, f"r{at // rows}")
    task.batch, task.at = batch, at
    task.queued, task.started, task.ended = 10.0, 10.001, 10.003
    return task
