"""The fast path: infer requests answered straight from the parser's callbacks, with no scope, task or ASGI between.

uvicorn's httptools protocol, extended: what the fast path doesn't take goes uvicorn's own way, on the same
connection and in order. A microsecond here is a tenth of a request.
"""

from .connection import HttpConnection
from .shared import Shared

__all__ = ["HttpConnection", "Shared"]
