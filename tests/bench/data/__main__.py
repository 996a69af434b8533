"""`python -m tests.bench.data [--rounds N] [CASE …]`: a table of what the dataset Job costs beside plain DuckDB and
pandas, each in a process of its own, in turns; of N rounds the cheapest counts.

Processor seconds are those of a process and all of its threads, imports and start included. Memory is the peak of what
is resident. A Job gives DuckDB half of its container's memory; the manifest asks for 512 Mi and sets
no limit unless the Dataset does (spec.resources), so without --memory it has half of the machine's, as DuckDB alone has
four fifths.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .cases import CASES, Case

WAYS = ("colonnade", "equal", "duckdb", "pandas")


@dataclass(frozen=True)
class Cost:
    """What a process took. cpu, wall: seconds; memory: peak resident bytes."""

    cpu: float
    wall: float
    memory: int


def main() -> None:
    """Prints a line a case: each way's processor seconds, and ours over theirs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, help="the Job and its peers; all by default")
    parser.add_argument("--memory", type=int, metavar="MIB", help="what the Job's container may use")
    arguments = parser.parse_args()
    print(
        "".join(
            word.rjust(9) for word in ("ours", *WAYS[1:], "/equal", "/duckdb", "/pandas", "wall", "MB", "equal MB")
        ).rjust(118),
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="bench-data-") as folder:
        for name in arguments.cases or CASES:
            found = measure(CASES[name], Path(folder), arguments)
            print(line(name, found), flush=True)


def line(name: str, found: dict[str, Cost]) -> str:
    """A case's line: processor seconds of each, ratios, our wall seconds, our peak memory and the equal script's."""
    ours, *others = (found[way].cpu if way in found else float("nan") for way in WAYS)
    own = found["colonnade"]
    figures = [ours, *others, *(ours / other for other in others), own.wall]
    memory = [found[way].memory / 1e6 if way in found else float("nan") for way in ("colonnade", "equal")]
    return f"{name:28}{''.join(f'{figure:9.2f}' for figure in figures)}{''.join(f'{bytes_:9.0f}' for bytes_ in memory)}"


def measure(case: Case, folder: Path, arguments: argparse.Namespace) -> dict[str, Cost]:
    """Each way's cheapest round by processor time."""
    path = folder / case.file
    if not path.exists():
        case.make(path)
    ways = [way for way in WAYS if way in (*arguments.ways, "colonnade")]
    found: dict[str, list[Cost]] = {way: [] for way in ways}
    for _ in range(arguments.rounds):
        for way in ways:
            found[way].append(_run(way, case.spec(path), folder, arguments.memory))
    return {way: min(costs, key=lambda cost: cost.cpu) for way, costs in found.items()}


def _run(way: str, spec: dict[str, Any], folder: Path, memory: int | None) -> Cost:
    out = folder / "out"
    out.mkdir()
    environment = dict(os.environ)
    if way == "colonnade":
        bounded = f"resources.memory_bytes = lambda: {memory} << 20; " if memory else ""
        job = f"from colonnade_jobs import resources; {bounded}from colonnade_jobs.main import main; main()"
        command = [sys.executable, "-c", job, "dataset"]
        environment["COLONNADE_JOB"] = json.dumps({"namespace": "bench", "name": "rows", "spec": spec})
        environment |= {"COLONNADE_STORE": f"file://{out}/store", "COLONNADE_TERMINATION_LOG": f"{out}/answer.json"}
    else:
        script = ["equal"] if way == "equal" else ["plain", way]
        command = [sys.executable, "-m", f"tests.bench.data.{script[0]}", *script[1:], json.dumps(spec), str(out)]
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{way} ended with {process.returncode}")
    shutil.rmtree(out)
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


if __name__ == "__main__":
    main()
