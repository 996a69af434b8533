"""What stands around outputs' data in an answer of one row: made once for outputs of the same kinds."""

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from .keeping import keep

Form = TypeVar("Form")
Make = Callable[[tuple[str, ...], list[np.ndarray]], Form]
Kinds = tuple[tuple[np.dtype, tuple[int, ...]], ...]
"""The types of outputs and the shapes of their rows."""


class Forms(Generic[Form]):
    """Those of one model, by the outputs' names."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], tuple[Kinds, Form]] = {}

    def of(self, outputs: tuple[str, ...], arrays: list[np.ndarray], make: Make[Form]) -> Form:
        """The form for outputs of these names, whose values for a batch these are.

        make: what makes it. It is not kept: a cycle through what knows a model keeps its memory after a swap.
        """
        kinds = tuple([(array.dtype, array.shape[1:]) for array in arrays])
        kept = self._kept.get(outputs)
        if kept is not None and kept[0] == kinds:
            return kept[1]
        return keep(self._kept, outputs, (kinds, make(outputs, arrays)))[1]
