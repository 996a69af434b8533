"""How a command waits: it looks, once a second."""

import math
import time
from collections.abc import Iterator

LOOK_SECONDS = 1.0


def looks(within: float = math.inf) -> Iterator[None]:
    """A turn for each look, the first at once; none any more after so many seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        yield
        time.sleep(LOOK_SECONDS)
