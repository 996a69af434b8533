"""One row at a time, in memory that stays: onnxruntime then makes no feeds, looks up no names and allocates no outputs.

For a small model that is a third of what a run costs, and more where caches are cold.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime

from .datatypes import NUMPY
from .protocol.signature import TensorSpec

LOOSE = ("BYTES", "BF16")
"""Elements that are no plain memory to onnxruntime's binding."""
KINDS = 16
"""Choices of outputs that have memory of their own."""

Arrays = dict[str, np.ndarray]
RowFormat = tuple[tuple[str, np.dtype, tuple[int, ...]], ...]
"""Inputs: of each its name, its type and the shape of one row."""


class RowBindings:
    """A session's runs of one row. `run` may be called from several threads at once: each has memory to itself."""

    def __init__(
        self, session: onnxruntime.InferenceSession, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]
    ) -> None:
        self._session = session
        self._inputs = inputs
        self._outputs = {spec.name: spec for spec in outputs}
        self._idle: dict[tuple[str, ...], list[_RowBinding]] = {}

    def run(self, inputs: Mapping[str, np.ndarray], names: tuple[str, ...]) -> Arrays | None:
        """The outputs of these names; None where it isn't one row, or doesn't run this way: the other may say why."""
        return self._run(None, inputs, names)

    def run_row(self, form: RowFormat, buffers: Sequence[object], names: tuple[str, ...]) -> Arrays | None:
        """As run, of inputs of this form that lie in buffers."""
        return self._run(form, buffers, names)

    def _run(self, form: RowFormat | None, inputs: Any, names: tuple[str, ...]) -> Arrays | None:
        """form: of inputs that lie in buffers; None for arrays by name."""
        binding = self._borrow(names)
        if binding is None:
            return None
        try:
            takes = binding.takes(inputs) if form is None else binding.takes_row(form, inputs)
            return binding.run() if takes else None
        except Exception:  # onnxruntime's exceptions share no base class
            return None
        finally:
            self._idle[names].append(binding)

    def _borrow(self, names: tuple[str, ...]) -> "_RowBinding | None":
        """One that nobody uses: put it back among the idle. None where there is none for these outputs."""
        idle = self._idle.get(names)
        if idle is None:
            if len(self._idle) >= KINDS:
                return None
            first = self._make(names)
            idle = self._idle[names] = [] if first is None or not first.runs() else [first]
        try:
            return idle.pop()
        except IndexError:  # it runs in no such way, or each is at work in another thread
            return None

    def _make(self, names: tuple[str, ...]) -> "_RowBinding | None":
        places = _places(self._inputs), _places([self._outputs[name] for name in names])
        return None if places[0] is None or places[1] is None else _RowBinding(self._session, places[0], places[1])


class _RowBinding:
    """Inputs and outputs of one row, bound to a session."""

    def __init__(self, session: onnxruntime.InferenceSession, inputs: Arrays, outputs: Arrays) -> None:
        """inputs, outputs: where they lie from now on."""
        self._session = session
        self._inputs = tuple(inputs.items())
        self._outputs = tuple(outputs.items())
        self._form: RowFormat = ()
        self._memory: list[memoryview] = []
        self._binding = session.io_binding()
        for name, array in self._inputs:
            self._binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        for name, array in self._outputs:
            self._binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)

    def runs(self) -> bool:
        """Whether the graph's outputs have the shapes that it promises: zeros are tried."""
        try:
            self.run()
        except Exception:  # onnxruntime's exceptions share no base class
            return False
        return True

    def takes(self, inputs: Mapping[str, np.ndarray]) -> bool:
        """Whether these are one row of what the model takes; then they are in place."""
        if len(inputs) != len(self._inputs):  # one with a default is given
            return False
        for name, place in self._inputs:
            array = inputs.get(name)
            if array is None or array.shape != place.shape or array.dtype is not place.dtype:
                return False
            place[...] = array
        return True

    def takes_row(self, form: RowFormat, buffers: Sequence[Any]) -> bool:
        """As takes, of inputs of this form. Raises ValueError at other buffers: too few, too many, too long."""
        if form is not self._form and not self._knows(form):
            return False
        if len(buffers) != len(self._memory):
            raise ValueError(f"{len(buffers)} buffers for {len(self._memory)} inputs")
        for place, memory in enumerate(self._memory):
            memory[:] = buffers[place]
        return True

    def _knows(self, form: RowFormat) -> bool:
        """Whether inputs of this form fit; then it is looked at no more while the next ones have it too."""
        places = dict(self._inputs)
        alike = len(form) == len(places) and all(
            name in places and places[name].dtype == dtype and places[name].shape == (1, *row)
            for name, dtype, row in form
        )
        if alike:
            self._form = form
            self._memory = [memoryview(places[name]).cast("B") for name, _, _ in form]  # type: ignore[arg-type]
        return alike

    def run(self) -> Arrays:
        """The outputs for what was last taken."""
        self._session.run_with_iobinding(self._binding)
        return {name: array.copy() for name, array in self._outputs}


def _places(specs: Sequence[TensorSpec]) -> Arrays | None:
    """Memory for one row of each; None where one has no size that is fixed."""
    found = {}
    for spec in specs:
        if spec.datatype in LOOSE or spec.shape[:1] not in ((-1,), (1,)) or any(size < 1 for size in spec.shape[1:]):
            return None
        found[spec.name] = np.zeros((1, *spec.shape[1:]), NUMPY[spec.datatype])
    return found
