"""`python -m tests.bench.data [--rounds N] [CASE …]`: a table of what the dataset Job costs beside plain DuckDB, plain
pandas, Great Expectations and pandera, each in a process of its own, in turns; of N rounds the cheapest counts.

Processor seconds are those of a process and all of its threads, imports and start included. Memory is the peak of what
is resident. A Job gives DuckDB half of its container's memory; the manifest asks for 512 Mi and sets
no limit unless the Dataset does (spec.resources), so without --memory it has half of the machine's, as DuckDB alone has
four fifths. With it the Job runs in a cgroup that has so much, page cache and all (as root).
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from . import measuring, plot
from .cases import CASES, Case
from .checking import check
from .measuring import Cost
from .ways import WAYS, Before, before, command


def main() -> None:
    """Prints a line a case and way: processor seconds, ours over theirs, wall seconds, peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, help="the Job and its peers; all by default")
    parser.add_argument("--memory", type=int, metavar="MIB", help="what the Job's container may use")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the run as PNG")
    parser.add_argument("--check", action="store_true", help="hold the peers' verdicts against the Job's, no more")
    arguments = parser.parse_args()
    if arguments.check:
        for peer, told in check().items():
            print(f"{peer} and the Job tell the same: {told}")
        return
    print(f"{'':28}{'':20}{'cpu s':>9}{'ours/':>9}{'wall s':>9}{'MB':>9}{'ours/':>9}", flush=True)
    costs = {}
    with tempfile.TemporaryDirectory(prefix="bench-data-") as folder:
        for name in arguments.cases or CASES:
            costs[name] = found = measure(CASES[name], Path(folder), arguments)
            print("\n".join(line(name, way, found) for way in found), flush=True)
    if arguments.picture:
        plot.write(costs, arguments.picture)


def line(name: str, way: str, found: dict[str, Cost]) -> str:
    """A way's line: processor seconds, ours over them, wall seconds, peak memory, ours over it."""
    ours, cost = found["colonnade"], found[way]
    ratios = (ours.cpu / cost.cpu, ours.memory / cost.memory)
    return f"{name:28}{way:20}{cost.cpu:9.2f}{ratios[0]:9.2f}{cost.wall:9.1f}{cost.memory / 1e6:9.0f}{ratios[1]:9.2f}"


def measure(case: Case, folder: Path, arguments: argparse.Namespace) -> dict[str, Cost]:
    """Each way's cheapest round by processor time."""
    path = folder / case.file
    if not path.exists():
        case.make(path)
    ways = [way for way in WAYS if way in (*arguments.ways, "colonnade")]
    previous = _before(case, folder)
    found: dict[str, list[Cost]] = {way: [] for way in ways}
    for _ in range(arguments.rounds):
        for way in ways:
            found[way].append(_run(way, case.spec(path), folder, arguments.memory, previous))
    return {way: min(costs, key=lambda cost: cost.cpu) for way, costs in found.items()}


def _before(case: Case, folder: Path) -> Before | None:
    if case.before is None:
        return None
    path, out = folder / f"before-{case.file}", folder / "before"
    out.mkdir()
    case.before(path)
    return before(case.spec(path), out)


def _run(way: str, spec: dict[str, Any], folder: Path, memory: int | None, previous: Before | None) -> Cost:
    out = folder / "out"
    out.mkdir()
    cost = measuring.run(*command(way, spec, out, memory, previous))
    if cost.ended:
        raise SystemExit(f"{way} ended with {cost.ended}")
    shutil.rmtree(out)
    return cost


if __name__ == "__main__":
    main()
