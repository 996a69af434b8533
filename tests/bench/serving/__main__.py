"""`python -m tests.bench.serving`: measure servers, or show what was measured."""

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import TextIO

from cluster.steps import ClusterError, say

from . import environments, page, plot, records, report
from .cases import MODELS, Case
from .load import LoadError
from .measuring import Plan, check, measure, together
from .processes import ServerError
from .quiet import Core, tracked
from .registry import PEERS, REGISTRY

PICTURE = Path("docs/images/serving-benchmark.png")


def main() -> int:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a running server is ended too
    if arguments.list:
        print("\n".join(REGISTRY))
        return 0
    if arguments.show:
        return _show(arguments)
    names = [name for name in _chosen(arguments) if _serves(name, arguments)]
    try:
        environments.prepare([REGISTRY[name] for name in names])
    except ClusterError as error:
        raise SystemExit(str(error)) from error
    case = environments.case(arguments.model)
    return _check(names, case, arguments) if arguments.check else _measure(names, case, arguments)


def _check(names: list[str], case: Case, arguments: argparse.Namespace) -> int:
    wrong = 0
    for name in names:
        try:
            off_by = check(REGISTRY[name], case, _plan(arguments))
            print(f"{name}: {'says hello' if off_by is None else f'off by {off_by:.1e}'}", flush=True)
        except ServerError as error:
            wrong += 1
            print(f"{name}: {error}", flush=True)
    return wrong


def _measure(names: list[str], case: Case, arguments: argparse.Namespace) -> int:
    since = int(time.time())
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    if tracked():
        say("! the kernel tracks connections, each packet is dearer for it: try make cluster-down")
    with arguments.out.open("a") as out:
        way = _alternately if arguments.together else _one_by_one
        failures = way(names, case, arguments, Core(arguments.server_core), out)
    found = records.read([arguments.out])
    measured = [record for record in found if record.at >= since]
    print(report.tables(measured, arguments.against))
    if others := len(found) - len(measured):
        say(f"{arguments.out} has {others} results from before, maybe of other code: --show puts all together")
    return failures


def _one_by_one(names: list[str], case: Case, arguments: argparse.Namespace, core: Core, out: TextIO) -> int:
    """Every server once, then again, so that a change of the machine's mood is no server's own."""
    failures = 0
    for repeat in range(arguments.repeats):
        for name in names:
            began = time.monotonic()
            try:
                for record, spoilt in measure(name, case, _plan(arguments), repeat, core):
                    print(records.line(record, spoilt=spoilt), file=out, flush=True)
                    say(report.sentence(record, spoilt))
            except (ServerError, LoadError) as error:
                failures += 1
                failure = records.Failure(name, case.name, arguments.rows, repeat, str(error))
                print(records.line(failure), file=out, flush=True)
                say(f"✗ {name}: {error}")
            say(f"   {name}: {time.monotonic() - began:.0f} s")
    return failures


def _alternately(names: list[str], case: Case, arguments: argparse.Namespace, core: Core, out: TextIO) -> int:
    """All servers at once, a window each in turn: one that does not come up ends all."""
    try:
        for record in together(names, case, _plan(arguments), arguments.repeats, core):
            print(records.line(record), file=out, flush=True)
            say(report.sentence(record, spoilt=False))
    except (ServerError, LoadError) as error:
        say(f"✗ {error}")
        return 1
    return 0


def _show(arguments: argparse.Namespace) -> int:
    found = records.read(arguments.show)
    print(report.tables(found, arguments.against))
    if arguments.plot:
        plot.write(found, arguments.plot)
    if arguments.page:
        page.write(found, arguments.against, arguments.page, PICTURE)
    return 0


def _chosen(arguments: argparse.Namespace) -> list[str]:
    groups = {"all": list(REGISTRY), "peers": list(PEERS)}
    names: list[str] = groups.get(arguments.servers) or arguments.servers.split(",")
    if unknown := [name for name in names if name not in REGISTRY]:
        raise SystemExit(f"no server {', '.join(unknown)}: --list names them")
    return names


def _serves(name: str, arguments: argparse.Namespace) -> bool:
    server = REGISTRY[name]
    return arguments.model in server.models and not 0 < server.most_rows < arguments.rows


def _plan(arguments: argparse.Namespace) -> Plan:
    return Plan(
        connections=arguments.connections,
        rates=arguments.rates,
        rows=arguments.rows,
        seconds=arguments.seconds,
        warm_seconds=arguments.warm,
        foreign=arguments.foreign,
        pressure=arguments.pressure,
        server_core=arguments.server_core,
        load_core=arguments.load_core,
        port=arguments.port,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.serving", description=__doc__)
    parser.add_argument("--list", action="store_true", help="name the servers")
    parser.add_argument("--check", action="store_true", help="start each server and check its answers, no load")
    parser.add_argument("--show", nargs="+", type=Path, metavar="JSONL", help="the tables of these results, no load")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="with --show: also a plot")
    parser.add_argument("--page", type=Path, metavar="MD", help="with --show: write them into the docs' page")
    parser.add_argument("--against", default="colonnade", help="whose ratios to the others are shown")
    parser.add_argument("--servers", default="peers", help="names, with commas between; or peers, or all")
    parser.add_argument("--model", choices=MODELS, default="lr")
    parser.add_argument("--rows", type=int, default=1, help="rows a request")
    parser.add_argument("--connections", type=_numbers, default=(1, 8, 64), help="levels of the closed loop (wrk)")
    parser.add_argument("--rates", type=_numbers, default=(), help="requests a second of the open loop (vegeta)")
    parser.add_argument("--seconds", type=int, default=10, help="of each level")
    parser.add_argument("--warm", type=int, default=5, help="seconds of warming up")
    parser.add_argument("--repeats", type=int, default=1, help="of all levels; with --together, windows of a level")
    parser.add_argument("--together", action="store_true", help="all servers up at once, a window each in turn")
    parser.add_argument("--foreign", type=float, default=0.05, help="a core's share that others may take; not together")
    parser.add_argument("--pressure", type=float, default=1.15, help="by neighbours on the server's core that is borne")
    parser.add_argument("--server-core", default="0")
    parser.add_argument("--load-core", default="1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--out", type=Path, default=Path("build/bench/serving.jsonl"), help="added to")
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(",") if word)


if __name__ == "__main__":
    sys.exit(main())
