"""The lane: infer requests answered straight from the parser's callbacks, with no scope, task or ASGI between.

uvicorn's httptools protocol, extended: what the lane doesn't take goes uvicorn's own way, on the same connection and in
order. A microsecond here is a tenth of a request.
"""

from .lane import Lane
from .shared import Shared

__all__ = ["Lane", "Shared"]
