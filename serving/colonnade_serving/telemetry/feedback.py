"""Labels that come after the answers: joined with what was predicted by the request's id."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..batching.task import InferenceTask
from ..loading import Model
from .memory import Memory
from .quality import Scalar, quality
from .series import Families

Outcome = Literal["matched", "unmatched", "repeated", "invalid"]
OUTCOMES: tuple[Outcome, ...] = ("matched", "unmatched", "repeated", "invalid")


class Label(BaseModel):
    """What was right for a request: one value, or a list of one a row; and when that was known."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=256, description="The request's id, as its answer has it.")
    label: Scalar | list[Scalar] = Field(description="The true class or number; of several rows a list.")
    at: AwareDatetime | None = Field(default=None, strict=True, description="When it was known.")


class Feedback:
    """One model's labels.

    `unmatched` are labels of requests that this process does not remember: too long ago, or answered by another pod or
    worker. They go to `elsewhere`, the payload log, where a job can join them.
    """

    def __init__(
        self, families: Families, model: Model, seconds: float, elsewhere: Callable[[Label], None] | None = None
    ) -> None:
        """seconds: how long a prediction is remembered."""
        self._elsewhere = elsewhere
        self._counts = {outcome: families.feedback.labels(model.name, outcome) for outcome in OUTCOMES}
        self._quality = quality(families, model)
        outputs = model.bundle.outputs if model.bundle else []
        self._memory = Memory(outputs[0].name if outputs else next(iter(model.signature.outputs)), seconds)

    def remember(self, tasks: Sequence[InferenceTask]) -> None:
        """Takes what ran; see Observer.batched."""
        self._memory.keep(tasks, time.monotonic())

    def take(self, labels: Sequence[Label]) -> dict[Outcome, int]:
        """Counts labels by what became of them; returns the counts."""
        self._memory.forget(time.monotonic())
        counts = Counter(self._outcome(label) for label in labels)
        for outcome, count in counts.items():
            self._counts[outcome].inc(count)
        return {outcome: counts[outcome] for outcome in OUTCOMES}

    def _outcome(self, label: Label) -> Outcome:
        known, predicted = self._memory.take(label.id)
        if not known:
            if self._elsewhere is not None:
                self._elsewhere(label)
            return "unmatched"
        if predicted is None:
            return "repeated"
        labels = label.label if isinstance(label.label, list) else [label.label]
        values: np.ndarray = predicted.values()
        if len(labels) != len(values):
            return "invalid"
        if self._quality is not None and not self._quality.judge(values, labels):
            return "invalid"
        return "matched"
