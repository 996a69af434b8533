"""What a front end hands to a batcher, and the batch that it becomes part of."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from ..iobinding import RowFormat
from ..protocol.errors import ProtocolError
from ..protocol.signature import Signature

Buffer = bytes | list[str]
"""The bytes of elements; of texts it is their list."""
Buffers = tuple[Buffer, ...]


class Layout:
    """Inputs that came as buffers and become arrays when they run, a batch at once.

    inputs: of each its name, its type and the shape of one row, in the order of a task's buffers.
    """

    __slots__ = ("inputs", "places")

    def __init__(self, inputs: RowFormat) -> None:
        self.inputs = inputs
        self.places = {name: (place, row) for place, (name, _, row) in enumerate(inputs)}

    def arrays(self, tasks: Sequence[Buffers], rows: int) -> dict[str, np.ndarray]:
        """The inputs of tasks, one after another, by name. rows: of all of them."""
        columns: Iterable[Any]
        if len(tasks) == 1:
            columns = tasks[0]
        elif len(self.inputs) == 1:
            columns = (_joined([buffers[0] for buffers in tasks]),)
        else:
            columns = map(_joined, zip(*tasks, strict=True))
        return {
            name: _array(buffer, dtype, (rows, *row))
            for (name, dtype, row), buffer in zip(self.inputs, columns, strict=True)
        }


class Batch:
    """Tasks that ran together: their inputs one after another, and the outputs as the model gave them.

    inputs: arrays by name; empty for a row alone that never was any: its layout and its buffers have it.
    """

    __slots__ = ("answered", "answers", "buffers", "inputs", "layout", "made", "outputs", "rows")

    def __init__(
        self,
        inputs: dict[str, np.ndarray],
        outputs: dict[str, np.ndarray],
        rows: int,
        layout: Layout | None = None,
        buffers: Buffers = (),
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.rows = rows
        self.layout = layout
        self.buffers = buffers
        self.made: dict[Hashable, list[Any]] = {}
        """Where a front end keeps what it made of these outputs as a whole, for the batch's other tasks."""
        self.answered: tuple[str, ...] | None = None
        self.answers: list[bytes] = []
        """What was made last, and of which outputs: most tasks ask for the same, and no key is looked up for them."""

    def values(self, name: str) -> tuple[tuple[int, ...], Buffer]:
        """An input's values, and the shape of one row of them."""
        if self.layout is not None:
            place, row = self.layout.places[name]
            return row, self.buffers[place]
        array = self.inputs[name]
        return array.shape[1:], array.ravel().tolist() if array.dtype.kind == "O" else array.tobytes()


@dataclass(slots=True, eq=False)
class InferenceTask:
    """One request's computation. Times are time.perf_counter() seconds.

    inputs: validated arrays by name; their leading dimension is `rows` where the signature's is -1.
    outputs: in the client's order. deadline: inf for none. done: called once, on the loop's thread, unless abandoned.
    layout, buffers: the inputs before they are arrays, where a front end has them so.
    id: the request's, by which it is remembered. echo: its answer's x-request-id; empty before there is an answer.
    group: whom it is about, where its request says so.
    abandoned: set it when the client left; what has not begun then never runs.
    There when done() is called: `failure`, or else `results`; and queued, started and ended.
    """

    inputs: dict[str, np.ndarray]
    outputs: tuple[str, ...]
    rows: int
    done: "Callable[[InferenceTask], None]" = lambda _: None
    deadline: float = inf
    id: str | None = None
    batch: Batch | None = None
    at: int = 0
    failure: ProtocolError | None = None
    abandoned: bool = False
    layout: Layout | None = None
    buffers: Buffers = ()
    queued: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    echo: bytes = b""
    group: str = ""

    def finish(self) -> None:
        """It ran, or failed: tells who waits for it."""
        self.done(self)

    def arrays(self) -> dict[str, np.ndarray]:
        """Its inputs by name; made of the buffers where there is a layout, for a task that runs alone."""
        return self.inputs if self.layout is None else self.layout.arrays((self.buffers,), self.rows)

    @property
    def results(self) -> dict[str, np.ndarray] | None:
        """Its part of the batch's outputs, by name in its own order; None when it failed or has not run."""
        batch = self.batch
        if batch is None:
            return None
        if batch.rows == self.rows:
            return {name: batch.outputs[name] for name in self.outputs}
        end = self.at + self.rows
        return {name: batch.outputs[name][self.at : end] for name in self.outputs}


def unread(echo: bytes) -> InferenceTask:
    """What a request is before anyone knows what it asks: a task that never runs, and is only logged."""
    return InferenceTask({}, (), 0, echo=echo)


def rows_of(signature: Signature, inputs: Mapping[str, np.ndarray]) -> int:
    """A request's rows: the leading dimension of its first input that has a free one; 1 when none has."""
    return next((inputs[field.name].shape[0] for field in signature.inputs.values() if field.shape[:1] == (-1,)), 1)


def together(tasks: list[InferenceTask], rows: int) -> dict[str, np.ndarray]:
    """The inputs of several tasks, one after another. rows: of all of them."""
    layout = tasks[0].layout
    if layout is not None and all(task.layout is layout for task in tasks):
        return layout.arrays([task.buffers for task in tasks], rows)
    inputs = [task.arrays() for task in tasks]
    return {name: np.concatenate([each[name] for each in inputs]) for name in inputs[0]}


def _joined(column: Sequence[Any]) -> Any:
    return b"".join(column) if type(column[0]) is bytes else [text for buffer in column for text in buffer]


def _array(buffer: Any, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    if type(buffer) is bytes:
        return np.ndarray(shape, dtype, buffer)
    array = np.empty(len(buffer), dtype)
    array[:] = buffer
    return array.reshape(shape)
