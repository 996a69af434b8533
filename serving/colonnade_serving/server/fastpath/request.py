"""An infer request as the codec reads it."""

from math import inf

from ...batching import Buffers, InferenceTask, Layout
from ...protocol.request import InferRequest


class ParsedRequest(InferenceTask):
    """It is the task that its batcher runs, too: one object a request, with no more set than is read.

    asked: what its body says. plain: answered in JSON alone.
    """

    __slots__ = ("asked", "plain")

    def __init__(self) -> None:
        self.asked: InferRequest | None = None
        self.plain = self.abandoned = False
        self.deadline = inf
        self.id = None
        self.layout: Layout | None = None
        self.buffers = ()
        self.batch = self.failure = None
        self.started = 0.0
        self.echo = b""
        self.group = ""

    def repeats(self, asked: InferRequest, rows: int, layout: Layout, buffers: Buffers) -> None:
        """It asks what another did, of other data and by another id."""
        self.asked = asked
        self.id = asked.id
        self.rows = rows
        self.layout = layout
        self.buffers = buffers
        self.outputs = asked.outputs
        self.plain = not asked.binary
        self.group = asked.group
