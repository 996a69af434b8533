"""Running a batch so that each task gets what it would have got alone."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from time import thread_time
from typing import Final

import numpy as np

from ..bundle import agree
from ..clock import clock
from ..engine import CPU, Engine, ModelFailed
from ..protocol.errors import ProtocolError
from .task import Batch, InferenceTask, together

Explain = Callable[[Mapping[str, np.ndarray], str], ProtocolError]
Parted = Callable[[str], None]

SELDOM: Final = 4096
"""Of so many batches one is looked at, for ever; the first ones are looked at more often."""
SOON: Final = 16
"""After so many batches another one is looked for when one proved nothing, since all of its rows were equal."""
SAMPLE: Final = 4
"""Tasks of a batch that also run alone when it is looked at."""


class Runner:
    """Runs tasks on an engine. A batch that failed is halved; now and then one is held against its tasks alone."""

    def __init__(self, engine: Engine, explain: Explain, parted: Parted, batched: bool = True) -> None:
        """explain: the answer to inputs on which the model raised. parted: told why tasks no longer run together.

        batched: whether tasks may run together at all: see graph.objection.
        """
        self._engine = engine
        self._explain = explain
        self._parted = parted
        self.together = batched
        """False once a batch answered otherwise than its tasks alone: from then on each runs alone."""
        self._every = self._left = 1

    @property
    def due(self) -> bool:
        """Whether the next batch of several tasks is looked at, and so takes longer than others."""
        return self._left <= 1

    def run(self, tasks: list[InferenceTask], rows: int) -> None:
        """Sets each task's batch or failure. Several run together. rows: of all of them."""
        if len(tasks) == 1:
            return self._alone(tasks[0])
        self._whole(tasks, rows)
        self._left -= 1
        if self._left <= 0 and self.together:
            self._look(tasks)
        return None

    def cpu_seconds(self, tasks: list[InferenceTask], rows: int) -> float:
        """Runs tasks that ran once more, for nobody; returns the time that this thread computed meanwhile.

        Where another device computes, the time that it waited counts too.
        """
        inputs, outputs = tasks[0].arrays() if len(tasks) == 1 else together(tasks, rows), _union(tasks)
        seconds = thread_time if self._engine.providers == (CPU,) else clock
        started = seconds()
        with suppress(ModelFailed):
            self._engine.infer(inputs, outputs)
        return seconds() - started

    def _alone(self, task: InferenceTask) -> None:
        layout, buffers = task.layout, task.buffers
        if layout is not None and task.rows == 1:
            outputs = self._engine.infer_row(layout.inputs, buffers, task.outputs)
            if outputs is not None:
                task.batch, task.at = Batch({}, outputs, 1, layout, buffers), 0
                return
        inputs = task.arrays()
        try:
            outputs = self._engine.infer(inputs, task.outputs)
        except ModelFailed as failure:
            task.failure = self._explain(inputs, str(failure))
            return
        task.batch, task.at = Batch(inputs, outputs, task.rows), 0

    def _whole(self, tasks: list[InferenceTask], rows: int) -> None:
        inputs = together(tasks, rows)
        try:
            outputs = self._engine.infer(inputs, _union(tasks))
        except ModelFailed as failure:
            return self._halves(tasks, str(failure))
        if any(array.shape[:1] != (rows,) for array in outputs.values()):
            return self._part("a batch's outputs have another number of rows than its inputs", tasks)
        batch, at = Batch(inputs, outputs, rows), 0
        for task in tasks:
            task.batch, task.at = batch, at
            at += task.rows
        return None

    def _halves(self, tasks: list[InferenceTask], failure: str) -> None:
        """The poisoned tasks fail, the others do not."""
        middle = len(tasks) // 2
        for half in (tasks[:middle], tasks[middle:]):
            if len(half) == 1:
                self._alone(half[0])
            elif half:
                self._whole(half, sum(task.rows for task in half))
        if all(task.failure is None for task in tasks):
            self._part(f"the model failed on requests together that it can do apart: {failure}")

    def _look(self, tasks: list[InferenceTask]) -> None:
        batch = tasks[0].batch
        if batch is None or batch.rows < len(tasks) or not _tell_apart(batch):
            self._left = SOON
            return None
        for task in tasks[:: -(-len(tasks) // SAMPLE)]:
            if why := self._differs(task):
                return self._part(why, tasks)
        self._every = self._left = min(2 * self._every, SELDOM)
        return None

    def _differs(self, task: InferenceTask) -> str:
        """What is otherwise when a task runs alone; "" when nothing is."""
        found, batch = task.results, task.batch
        if found is None or batch is None:
            return ""
        try:
            alone = self._engine.infer(task.arrays(), task.outputs)
        except ModelFailed:
            return f"the model fails on a request alone that it answers in a batch of {batch.rows} rows"
        for name in task.outputs:
            if not agree(alone[name], found[name], batch.outputs[name]):
                return f"output {name} of a request differs alone and in a batch of {batch.rows} rows"
        return ""

    def _part(self, why: str, tasks: list[InferenceTask] | None = None) -> None:
        if self.together:
            self._parted(why)
        self.together = False
        for task in tasks or []:
            task.batch = task.failure = None
            self._alone(task)


def _union(tasks: list[InferenceTask]) -> tuple[str, ...]:
    first = tasks[0].outputs
    if all(task.outputs is first for task in tasks):  # clients alike ask for the same
        return first
    return tuple(dict.fromkeys(name for task in tasks for name in task.outputs))


def _tell_apart(batch: Batch) -> bool:
    """Whether some row has other inputs than the first: of equal rows each may take another one's answer."""
    return any(bool((array[1:] != array[:1]).any()) for array in batch.inputs.values())
