"""What was seen, as a timeline for people and as JSON for tests."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.traffic import Answer


@dataclass(frozen=True)
class Rollout:
    """Times are Unix seconds; the three of a rollback are None where the version was promoted.

    stableAt is when the last answer of the candidate reached a client, or the decision where none did after it.
    """

    version: str
    revision: str
    outcome: str
    reason: str
    began: float
    ended: float
    breachScrapedAt: float | None = None
    decidedAt: float | None = None
    stableAt: float | None = None

    @property
    def seconds_to_stable(self) -> float | None:
        if self.breachScrapedAt is None or self.stableAt is None:
            return None
        return self.stableAt - self.breachScrapedAt


@dataclass(frozen=True)
class Report:
    scrape_interval_seconds: float
    sent: int
    failed: int
    rollouts: tuple[Rollout, ...]

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {
            "scrapeIntervalSeconds": self.scrape_interval_seconds,
            "requests": {"sent": self.sent, "failed": self.failed},
            "rollouts": [_rollout(each) for each in self.rollouts],
        }
        path.write_text(json.dumps(document, indent=2) + "\n")

    def show(self, console: Console) -> None:
        table = Table("version", "outcome", "breach seen", "decided", "traffic back on stable", "breach to stable")
        for each in self.rollouts:
            table.add_row(
                each.version,
                f"{each.outcome}: {each.reason}" if each.reason else each.outcome,
                _clock(each.breachScrapedAt),
                _clock(each.decidedAt),
                _clock(each.stableAt),
                "" if each.seconds_to_stable is None else f"{each.seconds_to_stable:.2f} s",
            )
        console.print(table)
        limit = self.scrape_interval_seconds + 1
        console.print(f"{self.sent:,} requests sent, {self.failed} failed.")
        console.print(f"A rollback may take the scrape interval and one second: {limit:.0f} s.")


def stable_at(answers: list[Answer], revision: str, decided_at: float) -> float:
    """When the candidate's last answer arrived, and not before the decision: until then it was still sent requests."""
    return max([decided_at, *(a.answered_at for a in answers if a.revision == revision)])


def unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _rollout(rollout: Rollout) -> dict[str, object]:
    times = {"began", "ended", "breachScrapedAt", "decidedAt", "stableAt"}
    return {
        name: datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")
        if name in times and value
        else value
        for name, value in asdict(rollout).items()
    }


def _clock(moment: float | None) -> str:
    return "" if moment is None else f"{datetime.fromtimestamp(moment, UTC):%H:%M:%S.%f}"[:-4]
