"""What was measured for a signal: counts, a number, or why there is none.

Times are timezone-aware UTC. What could not be measured is a value of its own (`Missing`), never a zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from colonnade.statistics.labelled import Errors


@dataclass(frozen=True)
class Counts:
    """`bad` of `total` requests: failed ones, or ones slower than the limit.

    `value` is what people read beside it when it isn't the ratio: a quantile in seconds.
    """

    total: int
    bad: int
    value: float | None = None


@dataclass(frozen=True)
class Sample:
    """One number from a query, and how many requests the subject had in the signal's window. NaN is allowed here,
    and is judged as NoData."""

    value: float
    samples: int | None = None


@dataclass(frozen=True)
class Missing:
    """No evidence. `reason` is NoData (asked, and there is none) or Error (could not be asked, or the answer makes
    no sense)."""

    reason: str
    message: str


@dataclass(frozen=True)
class Distribution:
    """Rows of one feature, or scores, bin by bin, then and now.

    starts: where each bin begins, or its category. then, now: rows in each, shape (bins,); of missing values the last
    bin tells, where there were any.
    """

    name: str
    starts: tuple[str, ...]
    then: tuple[int, ...]
    now: tuple[int, ...]


@dataclass(frozen=True)
class Distributions:
    """Of each feature, or of the scores alone. rows: within the window. at: when the newest of them was scraped.
    against: what `then` was, in words."""

    each: tuple[Distribution, ...]
    rows: int
    at: datetime
    against: str


@dataclass(frozen=True)
class Values:
    """Rows of one feature now, and those without a value; the same of training.

    unseen: with a category that training never saw. outside: beyond training's extremes. None where nobody can tell.
    """

    name: str
    rows: int
    missing: int
    rows_then: int
    missing_then: int
    unseen: int | None
    outside: int | None


@dataclass(frozen=True)
class Columns:
    """Of each feature. rows: within the window. at: when the newest of them was scraped."""

    each: tuple[Values, ...]
    rows: int
    at: datetime


@dataclass(frozen=True)
class Labelled:
    """Answers that had their label within the window, of a classification (rows by predicted and actual class) or of a
    regression; none of either where there was none.

    classes: in the model's order; none where they are too many, or unknown. answered: all rows that were answered.
    held_out: what training measured, as (value, low, high). at: when the pods were scraped last.
    """

    cells: Mapping[tuple[str, str], int]
    errors: Errors | None
    classes: tuple[str, ...]
    answered: int
    held_out: tuple[float, float, float] | None
    at: datetime


@dataclass(frozen=True)
class Scored:
    """Rows by score bin now, and of held-out rows; `right` of those, and how far estimates from that were off.

    beyond: the feature with the largest share of rows that lie beyond what training saw, and that share. drifted: the
    feature that moved most, and its stability index. accuracy: of the held-out rows. at: see Labelled.
    """

    now: tuple[int, ...]
    then: tuple[int, ...]
    right: tuple[int, ...]
    error: float
    beyond: tuple[str, float]
    drifted: tuple[str, float]
    accuracy: tuple[float, float, float] | None
    at: datetime


@dataclass(frozen=True)
class Group:
    """Rows of a group by what was answered, and those with a label by predicted and actual class."""

    name: str
    answers: Mapping[str, int]
    cells: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Grouped:
    """Of each group of a sensitive column. classes, at: see Labelled."""

    column: str
    groups: tuple[Group, ...]
    classes: tuple[str, ...]
    at: datetime


OfPods = Distributions | Columns | Labelled | Scored | Grouped
"""What was scraped at a time of its own."""
Evidence = Counts | Sample | OfPods | Missing


@dataclass(frozen=True)
class Comparison:
    """The candidate against stable over the same time, by the same `limit` (seconds for Latency, None for ErrorRate).

    For Latency the limit is stable's own quantile times maxRatio, and both sides count requests slower than it.
    """

    candidate: Evidence
    stable: Evidence
    limit: float | None = None
    query: str = ""


@dataclass(frozen=True)
class SignalEvidence:
    """What is known about one signal of the policy, by its own limit, and beside stable.

    `own`: for ErrorRate failed requests, for Latency requests slower than maxDuration (Missing without one), for
    PromQL the Sample, else what the pods counted.
    `upstream`: the Dataset that the subject was trained on and whose it is, in words; empty where it isn't known.
    `compared`: stable over the same time; for ErrorRate only shown, for Latency judged where the signal has
    maxRatio; None without a baseline.
    `at`: when the newest value in it was scraped.
    """

    signal: str
    query: str
    own: Evidence
    compared: Comparison | None = None
    at: datetime | None = None
    upstream: str = ""


@dataclass(frozen=True)
class Traffic:
    """Requests that the routers sent to the candidate, of all that they sent for this Deployment, since the hold
    began."""

    candidate: int
    total: int


@dataclass(frozen=True)
class Exposure:
    """Which revision the evidence is about, and over what time to ask. `plan.exposure` says it, `observe` answers it.

    `baseline`: the revision to compare with, None when none takes traffic beside the subject.
    `since`: when the subject's exposure began (each signal caps it by its window). `hold_since`: when the hold's
    clock began, for `Traffic`. `standing`: the subject serves and nothing is decided on it; signals that watch what
    serves are measured all the same.
    """

    subject: str
    baseline: str | None
    since: datetime
    hold_since: datetime | None
    standing: bool = False
