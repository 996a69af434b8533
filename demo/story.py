"""The chapters: what is applied, and what must come of it."""

from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["Promoted", "RolledBack"]


@dataclass(frozen=True)
class Chapter:
    """One new version. `reason`: why it must be rolled back, as in status.rejected; empty where it must be promoted."""

    title: str
    version: str
    manifest: str
    outcome: Outcome
    reason: str = ""

    def ended(self, status: dict[str, Any]) -> Outcome | None:
        if self.rejection(status):
            return "RolledBack"
        stable = status.get("stable") or {}
        if stable.get("modelVersion") == self.version and not status.get("candidate"):
            return "Promoted"
        return None

    def rejection(self, status: dict[str, Any]) -> dict[str, Any] | None:
        return next((r for r in status.get("rejected", []) if r["modelVersion"] == self.version), None)


CHAPTERS = (
    Chapter("A better version is promoted", "flights-late-2", "quickstart/40-model-v2.yaml", "Promoted"),
    Chapter(
        "An honest but slow version is rolled back",
        "flights-late-3",
        "rollbacks/10-too-slow.yaml",
        "RolledBack",
        "LatencyBreached",
    ),
    Chapter(
        "A version that fails on what occurs is rolled back",
        "flights-late-4",
        "rollbacks/20-fails-on-what-occurs.yaml",
        "RolledBack",
        "ErrorRateBreached",
    ),
)
