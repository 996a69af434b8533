"""A model's queue: what waits runs together, nobody waits for company, and what can't be done in time isn't begun."""

from .batcher import Batcher, Limits
from .cost import Cost
from .failures import Expired, Overloaded, explain
from .run import Runner
from .task import Batch, Buffers, InferenceTask, Layout, rows_of, unread

__all__ = [
    "Batch",
    "Batcher",
    "Buffers",
    "Cost",
    "Expired",
    "InferenceTask",
    "Layout",
    "Limits",
    "Overloaded",
    "Runner",
    "explain",
    "rows_of",
    "unread",
]
