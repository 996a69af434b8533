"""`python -m tests.bench.data [--rounds N] [CASE …]`: a table of what the dataset Job costs beside plain DuckDB and
pandas, each in a process of its own, in turns; of N rounds the cheapest counts.

Processor seconds are those of a process and all of its threads, imports and start included. Memory is the peak of what
is resident. A Job gives DuckDB half of its container's memory; the manifest asks for 512 Mi and sets
no limit unless the Dataset does (spec.resources), so without --memory it has half of the machine's, as DuckDB alone has
four fifths. With it the Job runs in a cgroup that has so much, page cache and all (as root).
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from . import measuring
from .cases import CASES, Case
from .measuring import Cost

WAYS = ("colonnade", "equal", "duckdb", "pandas")


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
        bounded = [sys.executable, "-m", "tests.bench.data.bounded", str(memory)] if memory else []
        job = "from colonnade_jobs.main import main; main()"
        command = [*bounded, sys.executable, "-c", job, "dataset"]
        environment["COLONNADE_JOB"] = json.dumps({"namespace": "bench", "name": "rows", "spec": spec})
        environment |= {"COLONNADE_STORE": f"file://{out}/store", "COLONNADE_TERMINATION_LOG": f"{out}/answer.json"}
    else:
        script = ["equal"] if way == "equal" else ["plain", way]
        command = [sys.executable, "-m", f"tests.bench.data.{script[0]}", *script[1:], json.dumps(spec), str(out)]
    cost = measuring.run(command, environment)
    if cost.ended:
        raise SystemExit(f"{way} ended with {cost.ended}")
    shutil.rmtree(out)
    return cost


if __name__ == "__main__":
    main()
