"""A batch's outputs to JSON at once, cut into a text a row: a request's answer is then a few texts joined."""

from dataclasses import dataclass

import numpy as np
import orjson

from ...batching import Batch, Work
from ...datatypes import of_array
from ...loading import Model


@dataclass(slots=True, eq=False)
class Column:
    """One output: the JSON before its data in an answer of one row, its shape behind the rows, and a text a row."""

    before: bytes
    named: bytes
    tail: str
    rows: list[bytes]


class Answers:
    """One model's answers in JSON, byte for byte as protocol.response has them."""

    def __init__(self, model: Model) -> None:
        said = orjson.dumps({"model_name": model.name, "model_version": model.version, "outputs": []})
        self._start = said[:-2]

    def encode(self, batch: Batch, work: Work, id_: str | None) -> bytes | None:
        """The answer's body; None when an output has a null, whose meaning has to be looked at, or an odd shape."""
        made = batch.made.get(work.outputs)
        if made is None:
            made = batch.made[work.outputs] = [_column(name, batch) for name in work.outputs]
        parts: list[bytes] = []
        before = self._start
        for column in made:
            if column is None:
                return None
            if work.rows == 1:
                parts += (before, column.before, column.rows[work.at])
            else:
                data = b",".join(column.rows[work.at : work.at + work.rows])
                parts += (before, column.named, b"%d%b" % (work.rows, column.tail.encode()), data)
            before = b"]},"
        parts.append(b"]}]}" if id_ is None else b']}],"id":%b}' % orjson.dumps(id_))
        return b"".join(parts)


def _column(name: str, batch: Batch) -> Column | None:
    array = batch.outputs[name]
    if array.ndim == 0 or array.size == 0 or array.shape[0] != batch.rows:
        return None
    texts = _texts(array)
    if texts is None:
        return None
    datatype = of_array(array)
    named = orjson.dumps({"name": name, "datatype": datatype, "shape": []})[:-2]
    tail = "".join(f",{size}" for size in array.shape[1:]) + '],"data":['
    return Column(named + b"1" + tail.encode(), named, tail, texts)


def _texts(array: np.ndarray) -> list[bytes] | None:
    rows = array.reshape(len(array), -1)
    try:
        if array.dtype.kind == "O":
            return [orjson.dumps(row)[1:-1] for row in rows.tolist()]
        said = orjson.dumps(rows, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        return None
    if b"null" in said:  # NaN or infinity
        return None
    return said[2:-2].split(b"],[")
