"""A Job's answer: one JSON document in the container's termination message, of which the kubelet keeps 4,096 bytes.

What is long lies in the store, named by its digest: the report of a version, the bundle with all of its metrics. The
answer is the part of it that the operator decides by and shows.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from colonnade_api.jobs import DatasetResult, JobError, TrainResult, TrialResult
from colonnade_api.jobs.keeping import KeepResult

LIMIT_BYTES = 4096
LONGEST_MESSAGE = 1000  # bytes, once room is short
TERMINATION_LOG = Path("/dev/termination-log")
"""Where the kubelet reads it."""

Result = DatasetResult | TrainResult | TrialResult | KeepResult | JobError
Answer = dict[str, Any]


def write(result: Result, target: Path) -> None:
    """Writes the answer, cut to what the kubelet takes."""
    target.write_bytes(encode(result))


def encode(result: Result) -> bytes:
    """The answer as JSON of at most 4,096 bytes. What is left out for that is named in `omitted`, in this order: the
    end of a long message, what is said of groups one by one, the folds' metrics, the names of tensors (the signature's
    digest stays), the last metrics, the oldest of restored versions, at last the comparison."""
    return next(data for answer in _shorter(result.manifest()) if len(data := _json(answer)) <= LIMIT_BYTES)


def _shorter(answer: Answer) -> Iterator[Answer]:
    """The whole answer, then one that is shorter than the one before, as long as anyone asks."""
    yield answer
    for field, shorten in SHORTENINGS:
        if field in answer and (shorter := shorten(answer[field])) != answer[field]:
            answer = answer | {field: shorter, "omitted": [*dict.fromkeys([*answer.get("omitted", []), field])]}
            yield answer
    while answer.get("metrics"):
        answer = _omitting(answer, "metrics", dict(list(answer["metrics"].items())[:-1]))
        yield answer
    while answer.get("restored"):
        answer = _omitting(answer, "restored", answer["restored"][:-1])
        yield answer
    answer["omitted"] = [*answer.get("omitted", []), "comparison"]
    yield {field: value for field, value in answer.items() if field != "comparison"}


def _omitting(answer: Answer, field: str, rest: object) -> Answer:
    return answer | {field: rest, "omitted": [*dict.fromkeys([*answer.get("omitted", []), field])]}


def _cut(message: str) -> str:
    data = message.encode()
    return message if len(data) <= LONGEST_MESSAGE else data[:LONGEST_MESSAGE].decode(errors="ignore") + "…"


def _digest_alone(signature: Answer) -> Answer:
    """It still tells whether two signatures are equal."""
    return {"digest": signature["digest"]}


def _none(_: Answer) -> Answer:
    return {}


def _groups_alone(columns: list[Answer]) -> list[Answer]:
    """Each group's size, which tells why a gate can't; its rates are on the card."""
    return [of | {"groups": [group | {"metrics": {}} for group in of["groups"]]} for of in columns]


def _metrics_alone(columns: list[Answer]) -> list[Answer]:
    return [{name: value for name, value in of.items() if name != "groups"} for of in columns]


SHORTENINGS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("message", _cut),
    ("fairness", _groups_alone),
    ("fairness", _metrics_alone),
    ("crossValidation", _none),
    ("signature", _digest_alone),
)


def _json(answer: Answer) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
