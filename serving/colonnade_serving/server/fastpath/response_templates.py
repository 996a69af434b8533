"""What stands around outputs' data in an answer of one row: made once for outputs of the same kinds."""

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from .cache import cache

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
