"""A batch's outputs to JSON at once, cut into a text a row: the answers of all its rows are then made in one go."""

from dataclasses import dataclass

import numpy as np
import orjson

from ...batching import Batch
from ...datatypes import of_array
from ...loading import Model

END = b"]}]}"
MOST = 256
"""Forms that are kept; then all are forgotten."""
Kinds = tuple[tuple[np.dtype, tuple[int, ...]], ...]
OPTION = orjson.OPT_SERIALIZE_NUMPY


@dataclass(slots=True, eq=False)
class Form:
    """What stands around the data of some outputs, in an answer of one row.

    kinds: their types and the shapes of a row. text: with places for its length and for each output's data.
    length: of the body without data.
    """

    kinds: Kinds
    text: bytes
    length: int


class Answers:
    """One model's answers in JSON, byte for byte as protocol.response has them."""

    def __init__(self, model: Model) -> None:
        said = orjson.dumps({"model_name": model.name, "model_version": model.version, "outputs": []})
        self._start = said[:-2]
        self._forms: dict[tuple[str, ...], Form] = {}

    def of_rows(self, batch: Batch, outputs: tuple[str, ...]) -> list[bytes]:
        """Each row's answer, from the number of its content-length on, as if it had been asked for alone.

        Empty when an answer needs a closer look: a null stands for NaN or for infinity, and a shape may be odd.
        """
        rows = batch.rows
        if len(outputs) == 1:
            array = batch.outputs[outputs[0]]
            texts = _texts(array, rows)
            if texts is None:
                return []
            form = self._forms.get(outputs)
            if form is None or form.kinds[0] != (array.dtype, array.shape[1:]):
                form = self._new_form(outputs, [array])
            text, length = form.text, form.length
            return [text % (length + len(data), data) for data in texts]
        arrays = [batch.outputs[name] for name in outputs]
        columns = [_texts(array, rows) for array in arrays]
        said = [column for column in columns if column is not None]
        if len(said) != len(outputs):
            return []
        form = self._form(outputs, arrays)
        return [form.text % (form.length + sum(map(len, row)), *row) for row in zip(*said, strict=True)]

    def _form(self, outputs: tuple[str, ...], arrays: list[np.ndarray]) -> Form:
        form = self._forms.get(outputs)
        if form is None or form.kinds != kinds(arrays):
            return self._new_form(outputs, arrays)
        return form

    def _new_form(self, outputs: tuple[str, ...], arrays: list[np.ndarray]) -> Form:
        if len(self._forms) >= MOST:
            self._forms.clear()
        parts = [_before(name, array) for name, array in zip(outputs, arrays, strict=True)]
        parts[0] = self._start + parts[0]
        text = b"%d\r\n\r\n" + b"%b]},".join(part.replace(b"%", b"%%") for part in parts) + b"%b" + END
        form = self._forms[outputs] = Form(kinds(arrays), text, len(b"]},".join(parts) + END))
        return form


def kinds(arrays: list[np.ndarray]) -> Kinds:
    """The types of outputs and the shapes of their rows: an answer's form is theirs."""
    return tuple((array.dtype, array.shape[1:]) for array in arrays)


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
    return None if b"null" in said else said[2:-2].split(b"],[")
