"""What the serving pods counted, asked of Prometheus as sums over pods, and read.

Their counters carry `start`, which each start of a server draws anew: no series ever falls, so what a window added is
its greatest value less what stood before the window, to the row. `increase()` would extrapolate.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from colonnade.signals.evidence import Comparison, Evidence, Missing
from colonnade.signals.reading import About, Answer, Reading
from colonnade.signals.series import Series
from colonnade_api import Signal

BINS, SCORES = "feature_bins", "score_bins"
MISSING, UNSEEN, OUTSIDE = "feature_missing", "feature_unseen", "feature_out_of_range"
REFERENCE, MISSING_THEN, SCORES_THEN = "feature_reference", "feature_reference_missing", "score_reference"
BEFORE = {"PreviousDay": timedelta(days=1), "PreviousWeek": timedelta(weeks=1)}
CONFUSION, GROUP_ANSWERS, GROUP_CONFUSION = "confusion", "group_predictions", "group_confusion"
REGRESSION = ("labels", "absolute_error", "squared_error", "fourth_error")
CLASS, HELD_OUT, RIGHT, OFF, INFO = "class", "held_out", "score_right", "estimate_error", "bundle_info"
SCRAPED = "scraped"
BUNDLE_DIGITS = 12
"""Of a digest, that the label `bundle` has."""
BY_FEATURE, BY_BIN, BY_SCORE = "revision, feature", "revision, feature, bin", "revision, bin"
FRESH_SHARE = 1 / 60
"""Of a window: counts that are no older than that are as good as new,"""
MOST_FRESH = timedelta(minutes=1)
"""and never what is older than that."""
Key = tuple[str, str]
"""A feature, empty of scores, and a bin."""


def fresh_for(window: timedelta) -> timedelta:
    return min(window * FRESH_SHARE, MOST_FRESH)


@dataclass(frozen=True)
class Asking:
    """Terms of one query about the revisions' pods over the signal's window."""

    about: About
    signal: Signal
    anywhere: bool = False

    def query(self, *terms: str) -> str:
        """The terms together, and when the pods were scraped last."""
        scraped = f"max by (revision)(timestamp(colonnade_predictions_total{self._of}))"
        return " or ".join([*terms, _called(SCRAPED, scraped)])

    def added(self, family: str, by: str, called: str, ago: timedelta = timedelta()) -> str:
        """Rows that the window added to counters, or that the window so long ago added."""
        series, window = f"colonnade_{family}_total{self._of}", _seconds(self.about.window(self.signal))
        back = round(ago.total_seconds())
        now = f"max_over_time({series}[{window}s]{f' offset {back}s' if back else ''})"
        return _called(called, f"sum by ({by})({now} - {series} offset {window + back}s or {now})")

    def joined(self, family: str, by: str, called: str) -> str:
        """Likewise, of whatever revision's pods counted: labels come to any of them, and `bundle` tells whose they
        are."""
        return Asking(self.about, self.signal, anywhere=True).added(family, by, called)

    def frozen(self, family: str, by: str, called: str) -> str:
        """What training counted."""
        return _called(called, f"max by ({by})(colonnade_{family}{self._of})")

    @property
    def _of(self) -> str:
        about = self.about
        named = f'namespace="{about.deployment.namespace}",model="{about.deployment.name}"'
        if self.anywhere:
            return f"{{{named}}}"
        revisions = "|".join(one for one in (about.subject, about.baseline) if one)
        return f'{{{named},revision=~"{revisions}"}}'


@dataclass(frozen=True)
class Told:
    """One revision's part of an answer. at: when its pods were scraped last."""

    series: Sequence[Series]
    at: datetime

    @classmethod
    def of(cls, answer: Answer, revision: str) -> Self | Missing:
        if isinstance(answer, Missing):
            return answer
        there = [one for one in answer if one.samples]
        bundles = {_bundle(one) for one in there if one.labels.get("revision") == revision} - {""}
        own = [
            one
            for one in there
            if one.labels.get("revision") == revision
            or ("revision" not in one.labels and one.labels.get("bundle") in bundles)
        ]
        times = [one.samples[-1][1] for one in own if one.labels.get("counts") == SCRAPED]
        if not times:
            hint = "it has to scrape the serving pods and to label them with namespace and revision"
            return Missing("NoData", f"Prometheus has no fresh scrape of revision {revision}'s pods; {hint}")
        return cls(own, datetime.fromtimestamp(max(times), UTC))

    def counts(self, called: str) -> dict[Key, int]:
        return {_key(one): round(one.samples[-1][1]) for one in self.series if one.labels.get("counts") == called}

    def values(self, called: str, *labels: str) -> dict[tuple[str, ...], float]:
        """By the values of these labels."""
        return {
            tuple(one.labels.get(label, "") for label in labels): one.samples[-1][1]
            for one in self.series
            if one.labels.get("counts") == called
        }

    def held_out(self, metric: str) -> tuple[float, float, float] | None:
        """What training measured: value, low, high."""
        found = self.values(HELD_OUT, "metric", "of")
        try:
            return found[metric, "value"], found[metric, "low"], found[metric, "high"]
        except KeyError:
            return None

    @property
    def classes(self) -> tuple[str, ...]:
        """In the model's order; none where they are too many, or unknown."""
        places = sorted((place, name) for (name,), place in self.values(CLASS, "class").items())
        return tuple(name for _, name in places)

    def starts(self, called: str) -> dict[Key, str]:
        return {_key(one): one.labels.get("from", "") for one in self.series if one.labels.get("counts") == called}


def beside_baseline(
    about: About, answer: Answer, of: Callable[[Told | Missing], Evidence], query: Callable[[], str]
) -> Reading:
    """What the subject's pods counted, and the same of the baseline's, where there is one. of: makes evidence of a
    revision's part; query: what was asked."""
    own = of(Told.of(answer, about.subject))
    if about.baseline is None:
        return own, None
    return own, Comparison(own, of(Told.of(answer, about.baseline)), query=query())


def by_feature(counts: Mapping[Key, int]) -> Mapping[str, int]:
    """Rows in all bins."""
    found: dict[str, int] = defaultdict(int)
    for (feature, _), rows in counts.items():
        found[feature] += rows
    return found


def _seconds(window: timedelta) -> int:
    """Of a window that has only begun, one: a range of none is an error."""
    return max(1, round(window.total_seconds()))


def _bundle(series: Series) -> str:
    """Which bundle a revision's pods serve, where the series says it."""
    if series.labels.get("counts") != INFO:
        return ""
    return series.labels.get("digest", "").rpartition(":")[2][:BUNDLE_DIGITS]


def _called(name: str, term: str) -> str:
    """Under a label of its own: an expression has no name."""
    return f'label_replace({term}, "counts", "{name}", "", "")'


def _key(series: Series) -> Key:
    return series.labels.get("feature", ""), series.labels.get("bin", "")
