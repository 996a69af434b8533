"""A frame in, a frame out."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from colonnade_client import libraries
from colonnade_client.errors import PredictionError, UnsuitableData
from colonnade_client.prediction import frames, tensors
from colonnade_client.prediction.endpoint import Endpoint
from colonnade_client.prediction.tensors import Column
from colonnade_client.progress import counted

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 4096
MOST_ROWS_OF_A_TOKEN = 255
MOST_BYTES = 1 << 20
"""Of one request: the router sends what is over 4 MiB to stable whatever the weights are."""


TOKENS = "prediction_token"
"""The column of an answer that has tokens."""
Ask = Callable[[list[Column], slice], tuple[dict[str, Any], str]]


@dataclass(frozen=True)
class Tensor:
    """One input or output as the model's metadata have it. classes: what an output's columns stand for."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    classes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Signature:
    """What the model takes and gives."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


class Predictor:
    """Asks one Deployment. seconds: for one request. All methods raise PredictionError."""

    def __init__(
        self, endpoint: Endpoint, name: str, seconds: float, parameters: Mapping[str, str | int] | None = None
    ) -> None:
        """parameters: of each request, beside its rows."""
        self._endpoint, self._seconds, self._parameters = endpoint, seconds, dict(parameters or {})
        self._path = f"/v2/models/{name}"
        said = endpoint.get(self._path, seconds)
        self.model = Signature(_tensors(said["inputs"]), _tensors(said["outputs"]))

    def predict(self, given: Any, progress: bool) -> "pd.DataFrame":
        """Raises UnsuitableData for rows that don't fit."""
        return self._predicted(given, progress, self._ask, MOST_ROWS)

    def predict_with_tokens(self, given: Any, progress: bool) -> "pd.DataFrame":
        """With a token for each row, by which its label may come later."""
        return self._predicted(given, progress, self._ask_for_tokens, MOST_ROWS_OF_A_TOKEN)

    def _predicted(self, given: Any, progress: bool, ask: Ask, most: int) -> "pd.DataFrame":
        columns, index = self._sent(given)
        count = len(columns[0].values)
        found: list[dict[str, Any]] = []
        with counted("rows", count, "row", shown=progress) as told:
            for chosen in _chunks(columns, count, most):
                found.append(ask(columns, chosen)[0])
                told(chosen.stop - chosen.start)
        whole = (
            {name: np.concatenate([each[name] for each in found]) for name in found[0]} if found else self._nothing()
        )
        frame: pd.DataFrame = libraries.pandas().DataFrame(whole, index=index)
        return frame

    def _sent(self, given: Any) -> tuple[list[Column], "pd.Index[Any] | None"]:
        """What goes to each input, and the rows' index."""
        inputs = self.model.inputs
        if len(inputs) == 1 and len(inputs[0].shape) == 2 and inputs[0].shape[1] != 1:
            return [tensors.matrix(inputs[0].name, given, inputs[0].datatype, inputs[0].shape[1])], None
        for tensor in inputs:
            _must_be_a_column(tensor)
        rows = frames.taken(given, [tensor.name for tensor in inputs])
        return [tensors.column(one.name, rows.columns[one.name], one.datatype) for one in inputs], rows.index

    def _ask_for_tokens(self, columns: list[Column], rows: slice) -> tuple[dict[str, Any], str]:
        found, token = self._ask(columns, rows)
        if not token:
            raise PredictionError(f"{self._endpoint.said}: answers have no token; spec.serving.feedback gives them one")
        named = np.array([f"{token}.{place}" for place in range(rows.stop - rows.start)], dtype=object)
        return found | {TOKENS: named}, token

    def _ask(self, columns: list[Column], rows: slice) -> tuple[dict[str, Any], str]:
        count = rows.stop - rows.start
        buffers = [column.buffer(rows) for column in columns]
        header = {
            "inputs": [
                {
                    "name": tensor.name,
                    "datatype": tensor.datatype,
                    "shape": [count, *column.values.shape[1:], *tensor.shape[column.values.ndim :]],
                    "parameters": {"binary_data_size": len(buffer)},
                }
                for tensor, column, buffer in zip(self.model.inputs, columns, buffers, strict=True)
            ],
            "parameters": self._parameters | {"binary_data_output": True},
        }
        path = f"{self._path}/infer"
        body = json.dumps(header).encode()
        said, answered, token = self._endpoint.post(path, body, b"".join(buffers), self._seconds)
        return self._read(said["outputs"], answered, count), token

    def _read(self, outputs: list[dict[str, Any]], buffer: memoryview, count: int) -> dict[str, Any]:
        known = {tensor.name: tensor for tensor in self.model.outputs}
        found: dict[str, Any] = {}
        start = 0
        for output in outputs:
            end = start + output["parameters"]["binary_data_size"]
            array = tensors.decoded(output["datatype"], output["shape"], buffer[start:end])
            if not len(array.shape) or len(array) != count:
                raise PredictionError(
                    f"{self._endpoint.said}: {output['name']} has shape {output['shape']} for {count} rows; this model "
                    "does not answer row by row, so ask it by another client"
                )
            found |= _named(known[output["name"]], array)
            start = end
        return found

    def _nothing(self) -> dict[str, Any]:
        """No rows, under the names that an answer has."""
        named = [_named(each, np.empty((0, *(max(size, 1) for size in each.shape[1:])))) for each in self.model.outputs]
        return {name: values for each in named for name, values in each.items()}


def _tensors(said: list[dict[str, Any]]) -> tuple[Tensor, ...]:
    return tuple(
        Tensor(
            each["name"],
            each["datatype"],
            tuple(each["shape"]),
            tuple((each.get("parameters") or {}).get("classes") or ()),
        )
        for each in said
    )


def _must_be_a_column(tensor: Tensor) -> None:
    if tensor.shape[:1] != (-1,) or tensor.shape[1:] not in ((), (1,)):
        raise UnsuitableData(
            f"the model's input {tensor.name} is {tensor.datatype} {list(tensor.shape)}, and no column of a frame: "
            "ask it by a client of the Open Inference Protocol, such as tritonclient"
        )


def _chunks(columns: list[Column], count: int, most: int) -> Iterator[slice]:
    row_bytes = sum(column.size for column in columns) / max(count, 1)
    step = max(1, min(most, int(MOST_BYTES / max(row_bytes, 1))))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def _named(tensor: Tensor, array: Any) -> dict[str, Any]:
    """A column of the answer for each number of a row; an output of more dimensions is one of arrays."""
    if array.ndim == 1 or array.shape[1:] == (1,):
        return {tensor.name: array.reshape(len(array))}
    if array.ndim > 2:
        whole = np.empty(len(array), dtype=object)
        whole[:] = list(array)
        return {tensor.name: whole}
    classes = tensor.classes if len(tensor.classes) == array.shape[1] else range(array.shape[1])
    return {f"{tensor.name}_{label}": array[:, place] for place, label in enumerate(classes)}
