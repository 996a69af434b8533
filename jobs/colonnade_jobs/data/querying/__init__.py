"""A table that SQL makes of other Datasets' versions: what the statement may say, and how it is run."""

from .running import run
from .upstream import fetch

__all__ = ["fetch", "run"]
