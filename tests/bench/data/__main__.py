"""`python -m tests.bench.data [--rounds N] [CASE …]`: a table of what the dataset Job costs beside plain DuckDB and
pandas, each in a process of its own, in turns; of N rounds the cheapest counts."""

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
    arguments = parser.parse_args()
    print(
        "".join(word.rjust(9) for word in ("ours", *WAYS[1:], "/equal", "/duckdb", "/pandas", "wall", "MB")).rjust(109),
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="bench-data-") as folder:
        for name in arguments.cases or CASES:
            found = measure(CASES[name], Path(folder), arguments.rounds)
            print(line(name, found), flush=True)


def line(name: str, found: dict[str, Cost]) -> str:
    """A case's line: processor seconds of each, ratios, our wall seconds and peak memory."""
    ours, *others = (found[way].cpu for way in WAYS)
    own = found["colonnade"]
    figures = [ours, *others, *(ours / other for other in others), own.wall]
    return f"{name:28}{''.join(f'{figure:9.2f}' for figure in figures)}{own.memory / 1e6:9.0f}"


def measure(case: Case, folder: Path, rounds: int) -> dict[str, Cost]:
    """Each way's cheapest round by processor time."""
    path = folder / case.file
    if not path.exists():
        case.make(path)
    found: dict[str, list[Cost]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            found[way].append(_run(way, case, path, folder))
    return {way: min(costs, key=lambda cost: cost.cpu) for way, costs in found.items()}


def _run(way: str, case: Case, path: Path, folder: Path) -> Cost:
    out = folder / "out"
    out.mkdir()
    spec = case.spec(path)
    environment = dict(os.environ)
    if way == "colonnade":
        command = [sys.executable, "-c", "from colonnade_jobs.main import main; main()", "dataset"]
        environment["COLONNADE_JOB"] = json.dumps({"namespace": "bench", "name": "rows", "spec": spec})
        environment |= {"COLONNADE_STORE": f"file://{out}/store", "COLONNADE_TERMINATION_LOG": f"{out}/answer.json"}
    else:
        command = [sys.executable, "-m", "tests.bench.data.plain", way, json.dumps(spec), str(out)]
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
