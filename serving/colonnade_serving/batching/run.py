"""Running a batch so that each work gets what it would have got alone."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from time import thread_time
from typing import Final

import numpy as np

from ..bundle import agree
from ..clock import clock
from ..engine import CPU, Engine, ModelFailed
from ..protocol.errors import ProtocolError
from .work import Batch, Work, together

Explain = Callable[[Mapping[str, np.ndarray], str], ProtocolError]
Parted = Callable[[str], None]

SELDOM: Final = 4096
"""Of so many batches one is looked at, for ever; the first ones are looked at more often."""
SOON: Final = 16
"""After so many batches another one is looked for when one proved nothing, since all of its rows were equal."""
SAMPLE: Final = 4
"""Works of a batch that also run alone when it is looked at."""


class Runner:
    """Runs works on an engine. A batch that failed is halved; now and then one is held against its works alone."""

    def __init__(self, engine: Engine, explain: Explain, parted: Parted, batched: bool = True) -> None:
        """explain: the answer to inputs on which the model raised. parted: told why works no longer run together.

        batched: whether works may run together at all: see graph.objection.
        """
        self._engine = engine
        self._explain = explain
        self._parted = parted
        self.together = batched
        """False once a batch answered otherwise than its works alone: from then on each runs alone."""
        self._every = self._left = 1

    @property
    def due(self) -> bool:
        """Whether the next batch of several works is looked at, and so takes longer than others."""
        return self._left <= 1

    def run(self, works: list[Work], rows: int) -> None:
        """Sets each work's batch or failure. Several run together. rows: of all of them."""
        if len(works) == 1:
            return self._alone(works[0])
        self._whole(works, rows)
        self._left -= 1
        if self._left <= 0 and self.together:
            self._look(works)
        return None

    def cpu_seconds(self, works: list[Work], rows: int) -> float:
        """Runs works that ran once more, for nobody; returns the time that this thread computed meanwhile.

        Where another device computes, the time that it waited counts too.
        """
        inputs, outputs = works[0].arrays() if len(works) == 1 else together(works, rows), _union(works)
        seconds = thread_time if self._engine.providers == (CPU,) else clock
        started = seconds()
        with suppress(ModelFailed):
            self._engine.infer(inputs, outputs)
        return seconds() - started

    def _alone(self, work: Work) -> None:
        layout, buffers = work.layout, work.buffers
        if layout is not None and work.rows == 1:
            outputs = self._engine.infer_row(layout.inputs, buffers, work.outputs)
            if outputs is not None:
                work.batch, work.at = Batch({}, outputs, 1, layout, buffers), 0
                return
        inputs = work.arrays()
        try:
            outputs = self._engine.infer(inputs, work.outputs)
        except ModelFailed as failure:
            work.failure = self._explain(inputs, str(failure))
            return
        work.batch, work.at = Batch(inputs, outputs, work.rows), 0

    def _whole(self, works: list[Work], rows: int) -> None:
        inputs = together(works, rows)
        try:
            outputs = self._engine.infer(inputs, _union(works))
        except ModelFailed as failure:
            return self._halves(works, str(failure))
        if any(array.shape[:1] != (rows,) for array in outputs.values()):
            return self._part("a batch's outputs have another number of rows than its inputs", works)
        batch, at = Batch(inputs, outputs, rows), 0
        for work in works:
            work.batch, work.at = batch, at
            at += work.rows
        return None

    def _halves(self, works: list[Work], failure: str) -> None:
        """The poisoned works fail, the others do not."""
        middle = len(works) // 2
        for half in (works[:middle], works[middle:]):
            if len(half) == 1:
                self._alone(half[0])
            elif half:
                self._whole(half, sum(work.rows for work in half))
        if all(work.failure is None for work in works):
            self._part(f"the model failed on works together that it can do apart: {failure}")

    def _look(self, works: list[Work]) -> None:
        batch = works[0].batch
        if batch is None or batch.rows < len(works) or not _tell_apart(batch):
            self._left = SOON
            return None
        for work in works[:: -(-len(works) // SAMPLE)]:
            if why := self._differs(work):
                return self._part(why, works)
        self._every = self._left = min(2 * self._every, SELDOM)
        return None

    def _differs(self, work: Work) -> str:
        """What is otherwise when a work runs alone; "" when nothing is."""
        found, batch = work.results, work.batch
        if found is None or batch is None:
            return ""
        try:
            alone = self._engine.infer(work.arrays(), work.outputs)
        except ModelFailed:
            return f"the model fails on a request alone that it answers in a batch of {batch.rows} rows"
        for name in work.outputs:
            if not agree(alone[name], found[name], batch.outputs[name]):
                return f"output {name} of a request differs alone and in a batch of {batch.rows} rows"
        return ""

    def _part(self, why: str, works: list[Work] | None = None) -> None:
        if self.together:
            self._parted(why)
        self.together = False
        for work in works or []:
            work.batch = work.failure = None
            self._alone(work)


def _union(works: list[Work]) -> tuple[str, ...]:
    first = works[0].outputs
    if all(work.outputs is first for work in works):  # clients alike ask for the same
        return first
    return tuple(dict.fromkeys(name for work in works for name in work.outputs))


def _tell_apart(batch: Batch) -> bool:
    """Whether some row has other inputs than the first: of equal rows each may take another one's answer."""
    return any(bool((array[1:] != array[:1]).any()) for array in batch.inputs.values())
