"""One row at a time, in memory that stays: onnxruntime then makes no feeds, looks up no names and allocates no outputs.

For a small model that is a third of what a run costs, and more where caches are cold.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from .datatypes import NUMPY

if TYPE_CHECKING:
    from .engine import TensorSpec

LOOSE = ("BYTES", "BF16")
"""Elements that are no plain memory to onnxruntime's binding."""
KINDS = 16
"""Choices of outputs that have memory of their own."""

Arrays = dict[str, np.ndarray]


class Singles:
    """A session's runs of one row. `run` may be called from several threads at once: each has memory to itself."""

    def __init__(
        self, session: onnxruntime.InferenceSession, inputs: Sequence["TensorSpec"], outputs: Sequence["TensorSpec"]
    ) -> None:
        self._session = session
        self._inputs = inputs
        self._outputs = {spec.name: spec for spec in outputs}
        self._idle: dict[tuple[str, ...], list[_Single] | None] = {}

    def run(self, inputs: Mapping[str, np.ndarray], names: tuple[str, ...]) -> Arrays | None:
        """The outputs of these names; None where it isn't one row, or doesn't run this way: the other may say why."""
        if names not in self._idle:
            if len(self._idle) >= KINDS:
                return None
            first = self._make(names)
            self._idle[names] = None if first is None or not first.works() else [first]
        idle = self._idle[names]
        if idle is None:
            return None
        try:
            single = idle.pop()
        except IndexError:  # each is at work in another thread
            return None
        try:
            return single.run() if single.takes(inputs) else None
        except Exception:  # onnxruntime's exceptions share no base class
            return None
        finally:
            idle.append(single)

    def _make(self, names: tuple[str, ...]) -> "_Single | None":
        places = _places(self._inputs), _places([self._outputs[name] for name in names])
        return None if places[0] is None or places[1] is None else _Single(self._session, places[0], places[1])


class _Single:
    """Inputs and outputs of one row, bound to a session."""

    def __init__(self, session: onnxruntime.InferenceSession, inputs: Arrays, outputs: Arrays) -> None:
        """inputs, outputs: where they lie from now on."""
        self._session = session
        self._inputs = tuple(inputs.items())
        self._outputs = tuple(outputs.items())
        self._binding = session.io_binding()
        for name, array in self._inputs:
            self._binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        for name, array in self._outputs:
            self._binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)

    def works(self) -> bool:
        """Whether the graph's outputs have the shapes that it promises: zeros are tried."""
        try:
            self.run()
        except Exception:  # onnxruntime's exceptions share no base class
            return False
        return True

    def takes(self, inputs: Mapping[str, np.ndarray]) -> bool:
        """Whether these are one row of what the model takes; then they are in place."""
        for name, place in self._inputs:
            array = inputs.get(name)
            if array is None or array.shape != place.shape or array.dtype is not place.dtype:
                return False
            place[...] = array
        return True

    def run(self) -> Arrays:
        """The outputs for what was last taken."""
        self._session.run_with_iobinding(self._binding)
        return {name: array.copy() for name, array in self._outputs}


def _places(specs: Sequence["TensorSpec"]) -> Arrays | None:
    """Memory for one row of each; None where one has no size that is fixed."""
    found = {}
    for spec in specs:
        if spec.datatype in LOOSE or spec.shape[:1] not in ((-1,), (1,)) or any(size < 1 for size in spec.shape[1:]):
            return None
        found[spec.name] = np.zeros((1, *spec.shape[1:]), NUMPY[spec.datatype])
    return found
