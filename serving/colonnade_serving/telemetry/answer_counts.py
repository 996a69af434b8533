"""Counting what was answered."""

import re
import struct
from collections import Counter
from collections.abc import Sequence
from math import inf

import numpy as np

from ..batching.task import InferenceTask
from . import reasons
from .answer import AnswerTuple, trace_id
from .metrics import Metrics
from .slow_sampler import SlowSampler

PLAIN = re.compile(r"[!#-\[\]-~]{1,78}")
"""Ids that need no escaping: not all that read OpenMetrics undo it, and an exemplar has room for 128 characters."""


class AnswerCounts:
    """One model's counts of answers."""

    def __init__(self, metrics: Metrics, model: str) -> None:
        families = metrics.families
        self._model = model
        self._exemplars = metrics.exemplars
        self._requests, self._errors = families.requests, families.errors
        self._duration = families.duration.labels(model)
        self._good = families.good.labels(model)
        self._met = families.deadlines.labels(model, "met")
        self._missed = families.deadlines.labels(model, "missed")
        self.slow_sampler = SlowSampler()

    def good(self, seconds: list[float], task: InferenceTask | None, trace: str | None) -> None:
        """Adds answers by 200 of requests that had no deadline; task, trace: the last one's."""
        self._requests.labels(self._model, "200").inc(len(seconds))
        self._good.inc(len(seconds))
        took = np.frombuffer(struct.pack(f"{len(seconds)}d", *seconds))  # a third of what np.array takes
        self.slow_sampler.passed(took)
        buckets = self._duration.add(took)
        self._exemplar(int(buckets[-1]), seconds[-1], task, trace)

    def count(self, answers: Sequence[AnswerTuple]) -> None:
        """Adds answers, at least one."""
        codes, seconds, said, tasks, traces, _ = zip(*answers, strict=True)
        late = self._in_time(codes, tasks)
        for code, count in Counter(codes).items():
            self._requests.labels(self._model, str(code)).inc(count)
            if code == 200:
                self._good.inc(count - late)
            else:
                self._failed(code, Counter(why for why, each in zip(said, codes, strict=True) if each == code))
        took = np.array(seconds)
        self.slow_sampler.looked_at(took)
        buckets = self._duration.add(took)
        for bucket, place in zip(*np.unique(buckets, return_index=True), strict=True):
            self._exemplar(int(bucket), seconds[place], tasks[place], traces[place])

    def _in_time(self, codes: Sequence[int], tasks: Sequence[InferenceTask | None]) -> int:
        """Counts the good answers that met their deadline and those that came late; returns the latter."""
        limited = [
            task.ended > task.deadline
            for task, code in zip(tasks, codes, strict=True)
            if task is not None and task.deadline != inf and code == 200
        ]
        late = sum(limited)
        if limited:
            self._met.inc(len(limited) - late)
            self._missed.inc(late)
        return late

    def _failed(self, code: int, said: "Counter[str]") -> None:
        for why, count in said.items():
            reason = reasons.of(code, why)
            self._errors.labels(self._model, reason).inc(count)
            if reason in reasons.MISSED:
                self._missed.inc(count)

    def _exemplar(self, bucket: int, seconds: float, task: InferenceTask | None, trace: str | None) -> None:
        labels = {}
        if known := trace_id(trace):
            labels["trace_id"] = known
        if task is not None and task.id and PLAIN.fullmatch(task.id):
            labels["request_id"] = task.id
        if labels:
            self._exemplars.keep(self._model, bucket, seconds, labels)
