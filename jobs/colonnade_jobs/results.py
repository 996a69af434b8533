"""A Job's answer: one JSON document in the container's termination message."""

import json
from pathlib import Path
from typing import Any

LIMIT_BYTES = 4096
TERMINATION_LOG = Path("/dev/termination-log")
"""Where the kubelet reads it."""


def write(answer: dict[str, Any], target: Path) -> None:
    """Writes the answer, cut to what the kubelet takes."""
    target.write_bytes(encode(answer))


def encode(answer: dict[str, Any]) -> bytes:
    """The answer as JSON of at most 4,096 bytes; what doesn't fit is cut from its message, then from its tables."""
    for shorter in (_whole, _short_message, _few_scores, _few_tensors):
        data = json.dumps(shorter(answer), ensure_ascii=False, separators=(",", ":")).encode()
        if len(data) <= LIMIT_BYTES:
            return data
    few = _few_tensors(answer)
    least = {key: few[key] for key in ("outcome", "reason", "digest", "artifactUri", "signature") if key in few}
    return json.dumps(least | {"message": "the answer was too long: see the report in the store"}).encode()


def _whole(answer: dict[str, Any]) -> dict[str, Any]:
    return answer


def _short_message(answer: dict[str, Any]) -> dict[str, Any]:
    message = str(answer.get("message", "")).encode()
    return answer | {"message": message[:1000].decode(errors="ignore") + ("…" if len(message) > 1000 else "")}


def _few_scores(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in _short_message(answer).items() if key != "crossValidation"}


def _few_tensors(answer: dict[str, Any]) -> dict[str, Any]:
    """The digest still tells whether two signatures are equal."""
    shorter = _few_scores(answer)
    return shorter | ({"signature": {"digest": answer["signature"]["digest"]}} if "signature" in answer else {})
