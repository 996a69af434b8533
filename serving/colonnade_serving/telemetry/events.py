"""Predictions and labels as CloudEvents 1.0, structured JSON."""

import uuid
from collections.abc import Iterator, Mapping, Set
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import orjson

from .. import datatypes
from ..loading import Model
from .feedback import Label

PREDICTION = "dev.colonnade.prediction.v1"
FEEDBACK = "dev.colonnade.feedback.v1"


class Sampled(NamedTuple):
    """A request that is to be logged. at: seconds since 1970. queue, compute: seconds."""

    model: Model
    id: str | None
    at: float
    inputs: Mapping[str, np.ndarray]
    outputs: Mapping[str, np.ndarray]
    queue: float
    compute: float


def prediction(sampled: Sampled, protected: Set[str]) -> bytes:
    """The event of a request. protected: inputs and outputs, or columns as X[3], whose values it must not hold."""
    data = {
        "inputs": [_tensor(name, array, protected) for name, array in sampled.inputs.items()],
        "outputs": [_tensor(name, array, protected) for name, array in sampled.outputs.items()],
        "queueSeconds": round(sampled.queue, 9),
        "computeSeconds": round(sampled.compute, 9),
    }
    return _event(PREDICTION, sampled.model, sampled.id, datetime.fromtimestamp(sampled.at, UTC), data)


def feedback(model: Model, label: Label) -> bytes:
    """The event of a label that could not be joined here; its subject is the request's id."""
    data = label.model_dump(mode="json", exclude_none=True)
    return _event(FEEDBACK, model, None, label.at or datetime.now(UTC), data, subject=label.id or "")


def _event(kind: str, model: Model, key: str | None, at: datetime, data: object, **more: str) -> bytes:
    event = {
        "specversion": "1.0",
        "id": key or str(uuid.uuid4()),
        "source": f"/v2/models/{model.name}/versions/{model.version}",
        "type": kind,
        "time": at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "bundle": model.digest,
        **more,
        "data": data,
    }
    return orjson.dumps(event)


def _tensor(name: str, array: np.ndarray, protected: Set[str]) -> dict[str, Any]:
    described = {"name": name, "datatype": datatypes.of_array(array), "shape": list(array.shape)}
    if name in protected:
        return described | {"parameters": {"redacted": True}}
    columns = sorted(_columns(name, array, protected))
    data = _json(array)
    if not columns:
        return described | {"data": data}
    width = array.shape[-1]
    kept = [None if place % width in columns else value for place, value in enumerate(data)]
    return described | {"data": kept, "parameters": {"redacted": columns}}


def _columns(name: str, array: np.ndarray, protected: Set[str]) -> Iterator[int]:
    if array.ndim > 1 and any(each.startswith(f"{name}[") for each in protected):
        yield from (place for place in range(array.shape[-1]) if f"{name}[{place}]" in protected)


def _json(array: np.ndarray) -> list[Any]:
    """Flat in row-major order; orjson writes null for what JSON can't say."""
    flat: list[Any] = array.reshape(-1).tolist()
    if array.dtype.kind == "O":
        return [value.decode(errors="replace") if isinstance(value, bytes) else value for value in flat]
    return flat
