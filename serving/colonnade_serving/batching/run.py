"""Running a batch so that each work gets what it would have got alone."""

import logging
from collections.abc import Callable, Mapping

import numpy as np

from ..bundle import difference
from ..engine import Engine, ModelFailed
from ..protocol.errors import ProtocolError
from .work import Batch, Work, together

log = logging.getLogger(__name__)

Explain = Callable[[Mapping[str, np.ndarray], str], ProtocolError]

TOLERANCE = {np.dtype(np.float16): 1e-2, np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-9}
"""What rounding in another order may change, relative above 1."""


class Runner:
    """Runs works on an engine. A batch that failed is halved; batches prove themselves before they are trusted."""

    def __init__(self, engine: Engine, explain: Explain) -> None:
        """explain: the answer to inputs on which the model raised."""
        self._engine = engine
        self._explain = explain
        self.proven = 1
        """Batches of up to so many rows were seen to answer as each work alone."""
        self.together = True
        """False once a batch answered otherwise than its works alone: from then on each runs alone."""

    def run(self, works: list[Work], rows: int) -> None:
        """Sets each work's batch or failure. Several run together. rows: of all of them."""
        if len(works) == 1:
            return self._alone(works[0])
        self._whole(works, rows)
        if rows > self.proven and self.together:
            self._prove(works)
            self.proven = rows
        return None

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

    def _prove(self, works: list[Work]) -> None:
        for work in works:
            found = work.results
            if found is None:
                continue
            alone = self._engine.infer(work.arrays(), work.outputs)
            if not all(_same(alone[name], found[name]) for name in work.outputs):
                return self._part("a row's answer depends on the other rows of its batch", works)
        return None

    def _part(self, why: str, works: list[Work] | None = None) -> None:
        if self.together:
            log.warning("the model's requests are no longer batched", extra={"why": why})
        self.together = False
        for work in works or []:
            work.batch = work.failure = None
            self._alone(work)


def _union(works: list[Work]) -> tuple[str, ...]:
    first = works[0].outputs
    if all(work.outputs is first for work in works):  # clients alike ask for the same
        return first
    return tuple(dict.fromkeys(name for work in works for name in work.outputs))


def _same(alone: np.ndarray, found: np.ndarray) -> bool:
    if alone.shape != found.shape:
        return False
    tolerance = TOLERANCE.get(alone.dtype)
    if tolerance is None:
        return bool((alone == found).all())
    return difference(alone.astype(np.float64), found.astype(np.float64)) <= tolerance
