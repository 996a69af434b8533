"""A request that the lane took, from its head to its answer."""

from math import inf

from ...batching import Work
from ...protocol.request import InferRequest
from .shared import Head


class Exchange(Work):
    """It is the work that its batcher runs, too: one object a request.

    head: None for what never became a request. began: perf_counter() seconds, when the head came. chunks, size: of its
    body, as far as it came. refused: its answer is an error, whatever else may come of its body. answer: its bytes on
    the wire, while they wait for those of another.
    """

    __slots__ = ("answer", "asked", "began", "chunks", "head", "refused", "size")

    def __init__(self, head: Head | None, began: float) -> None:
        self.head = head
        self.began = began
        self.answer: bytes | None = None
        self.refused = False
        self.asked: InferRequest | None = None
        self.chunks: list[bytes] = []
        self.size = 0
        self.id = None
        self.deadline = inf
        self.batch = self.failure = None
        self.abandoned = False
        self.queued = self.started = self.ended = 0.0
