"""Values of rows that ran, until they are counted. Nothing of their batches is kept, so that memory is used again."""

from math import prod
from typing import Any

import numpy as np

from ..datatypes import NUMPY
from ..protocol.signature import TensorSpec
from .buffer import Buffer


class Rows:
    """One input's values, or one output's: of texts a list, of numbers bytes.

    Bytes cost a tenth of a microsecond a batch; an array that is kept costs ten times as much until it is forgotten.
    """

    def __init__(self, field: TensorSpec) -> None:
        self._dtype = NUMPY[field.datatype]
        self._texts = field.datatype == "BYTES"
        self._kept: dict[tuple[int, ...], Buffer] = {}
        """By the shape of a row: where that is not fixed, rows of one shape are counted after those of another."""

    @property
    def ready(self) -> int:
        """How many rows `take` has."""
        for shape, kept in self._kept.items():
            return kept.size // self._size(shape)
        return 0

    def add(self, array: np.ndarray) -> None:
        """Keeps the values of an array whose leading dimension is rows."""
        self.keep(array.shape[1:], array.ravel().tolist() if self._texts else array.tobytes())

    def keep(self, shape: tuple[int, ...], values: Any) -> None:
        """Keeps rows of this shape: of texts a list, of numbers bytes."""
        kept = self._kept.get(shape)
        if kept is None:
            if not values:
                return
            kept = self._kept[shape] = Buffer(self._texts)
        kept.add(values)

    def take(self, most: int) -> np.ndarray:
        """Oldest rows, at least one must be ready and at most `most` come; shape (rows, columns)."""
        shape, kept = next(iter(self._kept.items()))
        size = self._size(shape)
        values = self._array(kept.take(most * size))
        if not kept.size:
            del self._kept[shape]
        return values.reshape(-1, size // self._unit)

    def clear(self) -> None:
        """Forgets all."""
        self._kept.clear()

    @property
    def _unit(self) -> int:
        return 1 if self._texts else self._dtype.itemsize

    def _size(self, shape: tuple[int, ...]) -> int:
        return prod(shape) * self._unit

    def _array(self, values: Any) -> np.ndarray:
        if not self._texts:
            return np.frombuffer(values, self._dtype)
        array = np.empty(len(values), self._dtype)
        array[:] = values
        return array
