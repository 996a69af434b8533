"""`python -m tests.soak.cluster`: needs Colonnade on two nodes (`make install NODES=2`), and the environment of both.

Exit code 1 when a request failed, a container started again unasked, or a rollout didn't end as it should.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from demo.traffic import Traffic
from tests.e2e.world import eventually, passing_namespace
from tests.soak.cluster.fleet import Fleet
from tests.soak.cluster.mishaps import SYSTEM, Mishap, mishaps
from tests.soak.cluster.restarts import Restarts, watched

BLIND_EACH = 4
"""Of so many rollouts one is of a version that must be rolled back."""
REST_SECONDS = 600
FAILURES_SHOWN = 5


@dataclass(frozen=True)
class Report:
    minutes: float
    traffic: list[Traffic]
    restarts: Restarts
    asked_restarts: int
    begun: dict[str, int]
    outcomes: dict[str, int]

    @property
    def failed(self) -> int:
        return sum(answer.failed for each in self.traffic for answer in each.answers)

    @property
    def unasked(self) -> int:
        return sum(self.restarts.grown.values()) - self.asked_restarts

    def markdown(self) -> str:
        sent = sum(len(each.answers) for each in self.traffic)
        rows = (
            ("Deployments, two pods each", f"{len(self.traffic)}", ""),
            (f"requests in {self.minutes:.1f} minutes", f"{sent:,}", ""),
            ("of them failed", f"{self.failed}", "0"),
            ("rollouts begun, of an honest version", f"{self.begun['good']}", ""),
            ("rollouts begun, of one that fails", f"{self.begun['blind']}", ""),
            ("promoted, rolled back", f"{self.outcomes.get('Promoted', 0)}, {self.outcomes.get('RolledBack', 0)}", ""),
            ("containers killed on purpose", f"{self.asked_restarts}", ""),
            ("other restarts", f"{self.unasked}", "0"),
        )
        return "\n".join(["| what | seen | wanted |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)])


def main() -> int:
    given = _given()
    with passing_namespace("soak") as namespace, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(namespace, tuple(f"orders-{number:02}" for number in range(given.deployments)))
        _say(f"{given.deployments} Deployments start")
        fleet.start(Path(folder))
        report = _soaked(fleet, mishaps(namespace), given)
    print(report.markdown())
    if given.page:
        given.page.write_text(HEAD + report.markdown() + "\n")
    for pod, count in report.restarts.grown.items():
        _say(f"{pod} started again {count} times")
    return 1 if report.failed or report.unasked else 0


HEAD = """# Ten minutes of everything

Made by `python -m tests.soak.cluster --page docs/operations/soak.md` on an embedded cluster of two nodes that share two
cores: Deployments that are asked steadily and go from version to version, while operators are killed, routers deleted,
Prometheus is away for a while, and a node is drained.

"""


def _soaked(fleet: Fleet, events: tuple[Mishap, ...], given: argparse.Namespace) -> Report:
    seconds, begun = 60 * given.minutes, {"good": 0, "blind": 0}
    asked, due = 0, list(events)
    with watched(fleet.namespace.name, SYSTEM) as restarts, fleet.asked(given.rate) as traffic:
        began = time.monotonic()
        while (elapsed := time.monotonic() - began) < seconds:
            if due and elapsed >= due[0].at * seconds:
                mishap = due.pop(0)
                _say(mishap.what)
                mishap.happens()
                asked += mishap.restarts
            _roll_one_out(fleet, begun)
            time.sleep(max(0.0, min(seconds / given.rollouts, began + seconds - time.monotonic())))
        eventually("every rollout has ended as it should", lambda: not fleet.at_rest(), REST_SECONDS)
        outcomes = fleet.outcomes()
    _show_failures(traffic)
    return Report((time.monotonic() - began) / 60, traffic, restarts, asked, begun, outcomes)


def _roll_one_out(fleet: Fleet, begun: dict[str, int]) -> None:
    """Of the one whose turn it is, of those whose last rollout is over."""
    busy, count = fleet.at_rest(), sum(begun.values())
    turn = count % len(fleet.names)
    idle = [name for name in (*fleet.names[turn:], *fleet.names[:turn]) if name not in busy]
    if not idle:
        return
    blind = count % BLIND_EACH == BLIND_EACH - 1 and idle[0] not in fleet.failed
    begun["blind" if blind else "good"] += 1
    _say(fleet.roll_out_blind(idle[0]) if blind else fleet.roll_out(idle[0]))


def _show_failures(traffic: list[Traffic]) -> None:
    failed = [(each.url, answer) for each in traffic for answer in each.answers if answer.failed]
    for url, answer in failed[:FAILURES_SHOWN]:
        at = time.strftime("%H:%M:%S", time.localtime(answer.sent_at))
        _say(f"failed at {at}: {url}: {answer.status} {answer.revision} {answer.error}")


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.cluster", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--deployments", type=int, default=20)
    parser.add_argument("--rate", type=float, default=40, help="requests a second, in all")
    parser.add_argument("--rollouts", type=int, default=30, help="begun in all")
    parser.add_argument("--page", type=Path, help="a Markdown file to write the table into")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
