"""What was answered, as the access log, the metrics and the traces are told of it."""

import re
from typing import NamedTuple

from ..batching.task import InferenceTask

TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")


class Answer(NamedTuple):
    """As Observer.answered has it. at: perf_counter() seconds, when the answer left."""

    code: int
    seconds: float
    reason: str
    task: InferenceTask | None
    trace: str | None
    at: float


AnswerTuple = tuple[int, float, str, InferenceTask | None, str | None, float]
"""An Answer before anyone looks at it: a plain tuple costs a fifth."""


def trace_id(traceparent: str | None) -> str | None:
    """The trace that a W3C traceparent header names; None when it is none."""
    found = TRACEPARENT.fullmatch(traceparent) if traceparent else None
    return found["trace"] if found else None
