"""A request that the fast path took, from its head to its answer."""

from math import inf
from typing import TYPE_CHECKING

from ...batching import Buffers, InferenceTask, Layout
from ...protocol.request import InferRequest

if TYPE_CHECKING:
    from .head_cache import Head
    from .pipeline import Pipeline


class FastPathRequest(InferenceTask):
    """It is the task that its batcher runs, too: one object a request, with no more set than is read.

    head: None for what never became a request. began: perf_counter() seconds, when the head came.
    chunks, size: of its body, while it comes. plain: answered in JSON alone.
    echo: its head's id, if any, until its answer has one.
    refused: its answer is an error, whatever else may come of its body. trace: its traceparent header.
    answer: its bytes on the wire, while they wait for those of another. pipeline: its connection's, which answers it.
    """

    __slots__ = ("answer", "asked", "began", "chunks", "head", "pipeline", "plain", "refused", "size", "trace")

    chunks: list[bytes]
    size: int

    def __init__(self, head: "Head | None", began: float) -> None:
        self.head = head
        self.pipeline: Pipeline | None = None
        self.began = began
        self.asked: InferRequest | None = None
        self.answer: bytes | None = None
        self.refused = self.plain = self.abandoned = False
        self.deadline = inf
        self.id = None
        self.trace: str | None = None
        self.layout: Layout | None = None
        self.buffers = ()
        self.batch = self.failure = None
        self.started = 0.0
        self.echo = b""

    def finish(self) -> None:
        """As InferenceTask's; no callback, since a compiled call costs a tenth of one."""
        if self.pipeline is not None:
            self.pipeline.answer(self)

    def repeats(self, asked: InferRequest, rows: int, layout: Layout, buffers: Buffers) -> None:
        """It asks what another did, of other data and by another id."""
        self.asked = asked
        self.id = asked.id
        self.rows = rows
        self.layout = layout
        self.buffers = buffers
        self.outputs = asked.outputs
        self.plain = not asked.binary
