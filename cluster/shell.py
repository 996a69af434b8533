"""Running other programs: quietly when they succeed, with their last words when they don't."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cluster.steps import ClusterError

MINUTES = 60.0
MESSAGE_CHARACTERS = 3000


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    text: str | None = None,
    timeout_seconds: float = 10 * MINUTES,
) -> str:
    """Runs the program and returns what it printed. Raises ClusterError with its last words unless it exits 0."""
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
            check=False,
        )
    except FileNotFoundError as missing:
        raise ClusterError(f"{words[0]} is not installed") from missing
    except subprocess.TimeoutExpired as late:
        raise ClusterError(f"`{' '.join(words)}` had not ended after {timeout_seconds:.0f} s") from late
    if done.returncode:
        failure_message = (done.stdout + done.stderr)[-MESSAGE_CHARACTERS:]
        raise ClusterError(f"`{' '.join(words)}` exited {done.returncode}:\n{failure_message}")
    return done.stdout


def succeeds(argv: Sequence[str | Path], *, timeout_seconds: float = 60) -> bool:
    """Whether the program exits 0, for questions asked by running something."""
    try:
        run(argv, timeout_seconds=timeout_seconds)
    except ClusterError:
        return False
    return True
