"""`python -m tests.bench.scale`: needs a cluster with Colonnade (`make install`), and its environment."""

import argparse
import asyncio
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from tests.bench.scale.fleet import Fleet, connected, pods_of
from tests.e2e.orders import NAME, Orders, rows
from tests.e2e.world import Namespace, kubectl, passing_namespace

SYSTEM = "colonnade-system"
OPERATORS = "app.kubernetes.io/component=operator"
PATCHES, GAP_SECONDS = 100, 0.5
LEASE = "colonnade-operator"


@dataclass(frozen=True)
class Row:
    what: str
    seen: str
    wanted: str = ""

    def __str__(self) -> str:
        return f"| {self.what} | {self.seen} | {self.wanted} |"


def main() -> None:
    given = _given()
    with passing_namespace("scale") as namespace, tempfile.TemporaryDirectory() as folder:
        orders = Orders(namespace, os.environ["COLONNADE_URL"], Path(folder))
        with orders.model.under_load(rows()) as traffic, _peak_of_operators() as peak:
            found = asyncio.run(_measured(namespace, given))
        failed = sum(answer.failed for answer in traffic.answers)
        found += [
            Row("requests to the one that is served", f"{len(traffic.answers):,}, {failed} failed", "0 failed"),
            Row("largest operator", f"{peak[0] / 1024:.0f} MB", "under 300 MB"),
        ]
    table = "\n".join([f"| {given.deployments:,} Deployments | seen | wanted |", "|---|---|---|", *map(str, found)])
    print(table)
    if given.page:
        given.page.write_text(HEAD + table + "\n")


HEAD = """# How many Deployments

Made by `python -m tests.bench.scale`, on an embedded cluster of two nodes that share two cores, beside a Deployment
that gets 40 requests a second. All Deployments are in one namespace and have no pods (replicas 0), so that what is
measured is the control plane.

"""


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deployments", type=int, default=1000)
    parser.add_argument("--settled-minutes", type=float, default=10)
    parser.add_argument("--page", type=Path, help="a Markdown file to write the table into")
    return parser.parse_args()


async def _measured(namespace: Namespace, given: argparse.Namespace) -> list[Row]:
    await connected()
    restarts, transitions = _restarts(), _transitions()
    fleet = Fleet(namespace.name, NAME, "orders-1")
    following = asyncio.create_task(fleet.follow())
    found = [Row("all of them made, and known to the operator", f"{await fleet.grow(given.deployments):.0f} s")]
    found += _patched("a spec's change to its status", await fleet.patch(PATCHES, GAP_SECONDS))
    found += _patched("the same, a hundred at once", await fleet.burst(PATCHES))
    found.append(Row("a leader's end to the next change in status", f"{await _led_anew(fleet):.1f} s"))
    found += _patched("a spec's change under the new leader", await fleet.patch(PATCHES // 4, GAP_SECONDS))
    await asyncio.sleep(30)
    before = fleet.changes
    await asyncio.sleep(60 * given.settled_minutes)
    found.append(Row(f"status writes in {given.settled_minutes:g} settled minutes", str(fleet.changes - before), "0"))
    grown = {name: count - restarts.get(name, 0) for name, count in _restarts().items()}
    found.append(Row("restarts of our pods", str(sum(grown.values())), "0"))
    found.append(Row("other changes of leader", str(_transitions() - transitions - 1), "0"))
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    return found


def _patched(what: str, seconds: list[float]) -> list[Row]:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return [Row(what, f"median {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s", "median under 2 s, p99 under 5 s")]


async def _led_anew(fleet: Fleet) -> float:
    """The leader's pod goes as in a drain."""
    leader = json.loads(kubectl("get", "lease", LEASE, "-n", SYSTEM, "-o", "json"))["spec"]["holderIdentity"]
    began = time.monotonic()
    await asyncio.to_thread(kubectl, "delete", "pod", leader, "-n", SYSTEM, "--wait=false")
    await fleet.patch(1, 0)
    seconds = time.monotonic() - began
    await asyncio.to_thread(kubectl, "rollout", "status", "deployment", "-n", SYSTEM, "--timeout=300s", seconds=320)
    return seconds


def _restarts() -> dict[str, int]:
    return pods_of(kubectl("get", "pods", "-n", SYSTEM, "-o", "json"))


def _transitions() -> int:
    lease = json.loads(kubectl("get", "lease", LEASE, "-n", SYSTEM, "-o", "json"))
    return int(lease["spec"].get("leaseTransitions", 0))


@contextmanager
def _peak_of_operators() -> Iterator[list[int]]:
    """The largest resident set seen of an operator's process, in KiB: the pods' processes are this machine's."""
    peak, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(1):
            peak[0] = max([peak[0], *map(_resident, _operators())])

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def _operators() -> list[Path]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"colonnade.runtime" in (process / "cmdline").read_bytes().split(b"\0"):
                found.append(process)
    return found


def _resident(process: Path) -> int:
    with suppress(OSError):
        for line in (process / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


if __name__ == "__main__":
    main()
