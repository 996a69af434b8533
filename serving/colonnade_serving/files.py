"""Files that others change while the process runs."""

import os
from pathlib import Path

State = tuple[int, int, int]


def state(path: Path) -> State | None:
    """What differs once a file was changed or another put in its place, also behind links, as Kubernetes swaps a
    Secret's; None where there is none.
    """
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
