"""A batch's outputs to JSON at once, cut into a text a row: the answers of all its rows are then made in one go."""

from typing import Final

import numpy as np
import orjson

from ...batching import Batch
from ...datatypes import of_array
from ...loading import Model
from .response_templates import ResponseTemplates

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
