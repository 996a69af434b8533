"""A batch's answers, a row each, made in one go: what stands around the data is kept for outputs of the same kinds."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

import numpy as np
import orjson

from ...batching import Batch
from ...cache import cache
from ...datatypes import of_array
from ...loading import Model

Template = TypeVar("Template")
Make = Callable[[tuple[str, ...], list[np.ndarray]], Template]
Kinds = tuple[tuple[np.dtype, tuple[int, ...]], ...]
"""The types of outputs and the shapes of their rows."""


class ResponseTemplates(Generic[Template]):
    """Those of one model, by the outputs' names."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], tuple[Kinds, Template]] = {}

    def of(self, outputs: tuple[str, ...], arrays: list[np.ndarray], make: Make[Template]) -> Template:
        """The template for outputs of these names, whose values for a batch these are.

        make: what makes it. It is not kept: a cycle through what knows a model keeps its memory after a swap.
        """
        kinds = tuple([(array.dtype, array.shape[1:]) for array in arrays])
        kept = self._kept.get(outputs)
        if kept is not None and kept[0] == kinds:
            return kept[1]
        return cache(self._kept, outputs, (kinds, make(outputs, arrays)))[1]


END: Final = b"]}]}"
SIZES: Final = 512
"""What stands before data of fewer bytes is kept, by their number."""
OPTION: Final = orjson.OPT_SERIALIZE_NUMPY


class JsonResponses:
    """One model's answers in JSON, byte for byte as protocol.response has them."""

    def __init__(self, model: Model) -> None:
        said = orjson.dumps({"model_name": model.name, "model_version": model.version, "outputs": []})
        self._start = said[:-2]
        self._templates = ResponseTemplates["_JsonTemplate"]()

    def of_rows(self, batch: Batch, outputs: tuple[str, ...], before: bytes) -> list[bytes]:
        """Each row's answer, as if it had been asked for alone. before: what it begins with, up to its content-length.

        Empty when an answer needs a closer look: a null stands for NaN or for infinity, and a shape may be odd.
        """
        arrays = [batch.outputs[name] for name in outputs]
        columns = [_texts(array, batch.rows) for array in arrays]
        said = [column for column in columns if column is not None]
        if len(said) != len(outputs):
            return []
        template = self._templates.of(outputs, arrays, self._template)
        template.begins(before)
        if len(said) == 1:
            return [b"".join((template.start(len(text)), text, END)) for text in said[0]]
        return [template.start(sum(map(len, row))) + template.data % row for row in zip(*said, strict=True)]

    def _template(self, outputs: tuple[str, ...], arrays: list[np.ndarray]) -> "_JsonTemplate":
        first, *others = [_before(name, array) for name, array in zip(outputs, arrays, strict=True)]
        return _JsonTemplate(self._start + first, [b"]}," + other for other in others])


class _JsonTemplate:
    """An answer with a place for each output's data.

    data: the places, from the first on, and what stands between and behind them.
    """

    def __init__(self, first: bytes, others: list[bytes]) -> None:
        """first: up to the first output's data. others: from the end of one's data to the next one's."""
        self.data = b"%b" + b"".join([other.replace(b"%", b"%%") + b"%b" for other in others]) + END
        self._first = first
        self._length = len(first) + sum(map(len, others)) + len(END)
        self._before = b""
        self._starts: list[bytes] = [b""] * SIZES

    def begins(self, before: bytes) -> None:
        """Answers begin by this from now on; it changes each second, with the date."""
        if before is not self._before:
            self._before = before
            self._starts = [b""] * SIZES

    def start(self, size: int) -> bytes:
        """What stands before the data. size: of all data, in bytes."""
        known = self._starts[size] if size < SIZES else b""
        if known:
            return known
        start = b"%b%d\r\n\r\n%b" % (self._before, self._length + size, self._first)
        if size < SIZES:
            self._starts[size] = start
        return start


def with_id(answer: bytes, id: str) -> bytes:
    """The answer of `of_rows` to a request with an id."""
    head, _, said = answer.partition(b"\r\n\r\n")
    length = head.rpartition(b" ")[2]
    more = b',"id":%b}' % orjson.dumps(id)
    return b"%b%d\r\n\r\n%b%b" % (head[: -len(length)], int(length) + len(more) - 1, said[:-1], more)


def _before(name: str, array: np.ndarray) -> bytes:
    """What stands before one row of an output."""
    return orjson.dumps({"name": name, "datatype": of_array(array), "shape": (1, *array.shape[1:]), "data": []})[:-2]


def _texts(array: np.ndarray, rows: int) -> list[bytes] | None:
    if array.ndim == 0 or array.size == 0 or len(array) != rows:
        return None
    flat = array if array.ndim == 2 else array.reshape(rows, -1)
    try:
        if array.dtype.kind == "O":
            return [orjson.dumps(row)[1:-1] for row in flat.tolist()]
        said = orjson.dumps(flat, option=OPTION)
    except TypeError:
        return None
    if said.find(b"null") >= 0:  # `in` raises inside, and forgets it: bytes might be asked for a number
        return None
    texts = said[2:-2]
    return [texts] if rows == 1 else texts.split(b"],[")


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
