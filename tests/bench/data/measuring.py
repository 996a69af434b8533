"""What a process takes: processor seconds, wall seconds, the peak of what is resident.

A new process keeps the peak of the one that it was forked from, so that the bench, which holds tables, would be taken
for the memory of what it starts. This file is run between the two, small, with the standard library alone.
`python -I -S measuring.py TARGET COMMAND …` runs a command and writes its cost to a file, as JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a process took. cpu, wall: seconds; memory: peak resident bytes; ended: its exit status."""

    cpu: float
    wall: float
    memory: int
    ended: int


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """A command's cost, to its end, all of its threads together; what it prints goes nowhere."""
    with tempfile.NamedTemporaryFile(suffix=".json") as target:
        launcher = [sys.executable, "-I", "-S", __file__, target.name]
        subprocess.run([*launcher, *command], env=dict(environment), stdout=subprocess.DEVNULL, check=True)
        return Cost(**json.loads(Path(target.name).read_text()))


def _measure(command: list[str]) -> Cost:
    start = time.monotonic()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(process, 0)
    wall = time.monotonic() - start
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asdict(_measure(sys.argv[2:]))))
