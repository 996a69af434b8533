"""Labels that come after the answers: joined with what was predicted by the answer's token, or the request's id."""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from ..batching.task import InferenceTask
from ..loading import Model
from ..protocol.errors import ProtocolError
from .memory import Memory
from .quality import Quality, Scalar, Told
from .series import Families
from .tokens import Predicted, Seal, Spent
from .tokens.token import read

Outcome = Literal["matched", "unmatched", "repeated", "late", "invalid"]
OUTCOMES: tuple[Outcome, ...] = ("matched", "unmatched", "repeated", "late", "invalid")
NEITHER = "give either the token of an answer or the id of a request"
ROW: Final = re.compile(r"(?P<token>[A-Za-z0-9_-]+)(?:\.(?P<row>[0-9]{1,3}))?")


EITHER: list[JsonValue] = [
    {"required": ["id"], "properties": {"id": {"type": "string"}, "token": {"type": "null"}}},
    {"required": ["token"], "properties": {"token": {"type": "string"}, "id": {"type": "null"}}},
]
"""As JSON Schema: what `_names_one` asks for."""


class Label(BaseModel):
    """What was right for a request: one value, or a list of one a row; and when that was known."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"oneOf": EITHER})

    id: str | None = Field(
        default=None, min_length=1, max_length=256, description="The request's id, as its answer has it."
    )
    token: str | None = Field(
        default=None,
        min_length=1,
        max_length=8192,
        description="The answer's x-colonnade-prediction; with .N behind it of its row N alone, counted from 0.",
    )
    label: Scalar | list[Scalar] = Field(description="The true class or number; of several rows a list.")
    at: AwareDatetime | None = Field(default=None, strict=True, description="When it was known.")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.id is None) == (self.token is None):
            raise ValueError(NEITHER)
        return self

    @property
    def labels(self) -> Sequence[Scalar]:
        """One a row."""
        return self.label if isinstance(self.label, list) else [self.label]


class ById:
    """Joins labels with what this process predicted lately, by the request's id.

    `unmatched` are labels of requests that it does not remember: too long ago, or answered by another pod or worker.
    They go to `elsewhere`, the payload log, where a job can join them.
    """

    def __init__(
        self, model: Model, judge: Quality | None, seconds: float, elsewhere: Callable[[Label], None] | None = None
    ) -> None:
        """seconds: how long a prediction is remembered."""
        self._judge, self._elsewhere = judge, elsewhere
        outputs = model.bundle.outputs if model.bundle else []
        self._memory = Memory(outputs[0].name if outputs else next(iter(model.signature.outputs)), seconds)

    def remember(self, tasks: Sequence[InferenceTask]) -> None:
        """Takes what ran; see Observer.batched."""
        self._memory.keep(tasks, time.monotonic())

    def outcome(self, label: Label) -> Outcome:
        """Counts the label, if it can be joined."""
        self._memory.forget(time.monotonic())
        known, predicted = self._memory.take(label.id or "")
        if not known:
            if self._elsewhere is not None:
                self._elsewhere(label)
            return "unmatched"
        if predicted is None:
            return "repeated"
        values = predicted.values().tolist()
        if len(label.labels) != len(values):
            return "invalid"
        if self._judge is not None and not self._judge.judge(Told(values), label.labels):
            return "invalid"
        return "matched"


class ByToken:
    """Joins labels with what any pod of the Deployment predicted, by what the answer's token says.

    `unmatched` are tokens of another model or another key, or changed ones; `late` what is older than `seconds`, or so
    old that nobody knows whether it was counted.
    """

    def __init__(self, seal: Seal, classes: Quality, numbers: Quality, seconds: float) -> None:
        """classes, numbers: judges of predictions of either kind: a token may be another version's."""
        self._seal, self._seconds = seal, seconds
        self._classes, self._numbers = classes, numbers
        self._spent = Spent()

    def outcome(self, label: Label) -> Outcome:
        """Counts the label's rows that had none yet; `repeated` where each had one."""
        found = ROW.fullmatch(label.token or "")
        body = self._seal.opened(found["token"].encode()) if found else None
        if found is None or body is None:
            return "unmatched"
        predicted = read(body)
        rows = [int(found["row"])] if found["row"] else range(len(predicted.values))
        if len(label.labels) != len(rows) or rows[-1] >= len(predicted.values):
            return "invalid"
        if predicted.at < time.time() - self._seconds:
            return "late"
        numbers = [predicted.first + row for row in rows]
        if not all(self._spent.knows(predicted.issuer, number, predicted.at) for number in numbers):
            return "late"
        return self._counted(predicted, rows, label.labels)

    def _counted(self, predicted: Predicted, rows: Sequence[int], labels: Sequence[Scalar]) -> Outcome:
        judge = self._numbers if isinstance(predicted.values[0], float) else self._classes
        if not judge.takes(labels):
            return "invalid"
        first = [
            (row, label)
            for row, label in zip(rows, labels, strict=True)
            if self._spent.spend(predicted.issuer, predicted.first + row, predicted.at)
        ]
        if not first:
            return "repeated"
        values = [predicted.values[row] for row, _ in first]
        groups = None if predicted.groups is None else [predicted.groups[row] for row, _ in first]
        judge.judge(Told(values, predicted.bundle, groups), [label for _, label in first])
        return "matched"


class Feedback:
    """One model's labels."""

    def __init__(self, families: Families, model: Model, by_id: ById | None, by_token: ByToken | None) -> None:
        self._counts = {outcome: families.feedback.labels(model.name, outcome) for outcome in OUTCOMES}
        self._by_id, self._by_token = by_id, by_token

    def take(self, labels: Sequence[Label]) -> dict[Outcome, int]:
        """Counts labels by what became of them; returns the counts. Raises ProtocolError (404) on a way that is off."""
        ways = [self._way(label) for label in labels]
        counts = Counter(way.outcome(label) for way, label in zip(ways, labels, strict=True))
        for outcome, count in counts.items():
            self._counts[outcome].inc(count)
        return {outcome: counts[outcome] for outcome in OUTCOMES}

    def _way(self, label: Label) -> ById | ByToken:
        way = self._by_id if label.token is None else self._by_token
        if way is None:
            option, what = ("minutes", "by id") if label.token is None else ("key", "by token")
            raise ProtocolError(f"this server takes no labels {what}; see --feedback-{option}", 404)
        return way
