"""What a signal is read from: whom it is about, and what Prometheus answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from colonnade.signals.counted import Counted
from colonnade.signals.evidence import Comparison, Evidence, Exposure, Missing
from colonnade.signals.queries import Named
from colonnade.signals.series import Series
from colonnade_api import Signal

Answer = Sequence[Series] | Missing
Reading = tuple[Evidence, Comparison | None]
"""By the signal's own limit, and beside stable."""


@dataclass(frozen=True)
class About:
    """The Deployment, which of its revisions is judged and which it is compared with, and when.

    upstream: see SignalEvidence.
    """

    deployment: Named
    exposure: Exposure
    now: datetime
    upstream: str = ""

    @property
    def subject(self) -> str:
        return self.exposure.subject

    @property
    def baseline(self) -> str | None:
        return self.exposure.baseline

    def since(self, signal: Signal) -> datetime:
        """The signal's window ends now and never begins before the exposure."""
        return max(self.exposure.since, self.now - signal.window)

    def window(self, signal: Signal) -> timedelta:
        return self.now - self.since(signal)


@dataclass(frozen=True)
class Seen:
    """counted: what the routers counted; none where no signal asked for it. durations: likewise. numbers: answers to
    queries of the signals' own, by signal."""

    counted: Counted
    durations: Answer
    numbers: Mapping[str, Answer]
