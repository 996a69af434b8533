"""A batch's outputs as buffers behind their JSON, a row each: the answers of all its rows are made in one go."""

import numpy as np
import orjson

from ...batching import Batch
from ...datatypes import of_array
from ...loading import Model
from .response_templates import ResponseTemplates

PLAIN = "fiub"
"""Kinds of elements that lie in numpy's memory as they do in a buffer."""


class BinaryResponses:
    """One model's answers in binary, byte for byte as protocol.response has them."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._templates = ResponseTemplates[bytes]()

    def of_rows(self, batch: Batch, outputs: tuple[str, ...], before: bytes) -> list[bytes]:
        """Each row's answer. before: what it begins with, up to its inference-header-content-length.

        Empty when an answer needs a closer look: of texts the size differs, and a shape may be odd.
        """
        rows = batch.rows
        arrays = [batch.outputs[name] for name in outputs]
        if any(array.shape[:1] != (rows,) or not array.size or array.dtype.kind not in PLAIN for array in arrays):
            return []
        start = before + self._templates.of(outputs, arrays, self._start)
        columns = [_cut(array, rows) for array in arrays]
        if len(columns) == 1:
            return [start + buffer for buffer in columns[0]]
        return [b"".join((start, *buffers)) for buffers in zip(*columns, strict=True)]

    def _start(self, outputs: tuple[str, ...], arrays: list[np.ndarray]) -> bytes:
        """What stands before the buffers, from the length of the JSON on."""
        listed = [_listed(name, array) for name, array in zip(outputs, arrays, strict=True)]
        named = {"model_name": self._model.name, "model_version": self._model.version}
        said = orjson.dumps(named | {"outputs": listed})
        size = len(said) + sum(array[0].nbytes for array in arrays)
        return b"%d\r\ncontent-length: %d\r\n\r\n%b" % (len(said), size, said)


def _listed(name: str, array: np.ndarray) -> dict[str, object]:
    size = {"binary_data_size": array[0].nbytes}
    return {"name": name, "datatype": of_array(array), "shape": (1, *array.shape[1:]), "parameters": size}


def _cut(array: np.ndarray, rows: int) -> list[bytes]:
    """Its rows' buffers."""
    raw = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    size = len(raw) // rows
    return [raw] if rows == 1 else [raw[at : at + size] for at in range(0, len(raw), size)]
