"""What can be measured on a candidate, and what follows from a breach."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from colonnade_api.common import Name, Rule, SpecPart
from colonnade_api.durations import Period


def _unless(kind: str, *absent: str) -> Any:
    """A rule's Python side: these fields are for signals of one type alone."""
    return lambda signal: signal.type == kind or all(getattr(signal, name) is None for name in absent)


class Signal(SpecPart):
    """One thing that is measured on the candidate, by its type: ErrorRate, Latency or PromQL."""

    rules = (
        Rule(
            "self.type != 'ErrorRate' || (has(self.max) && !has(self.min) && self.max >= 0.0 && self.max <= 1.0)",
            "an ErrorRate signal needs max, the largest share of requests that may fail, 0 to 1, such as max: 0.01; it "
            "takes no min",
            lambda s: s.type != "ErrorRate" or (s.max is not None and s.min is None and 0 <= s.max <= 1),
            field=".max",
        ),
        Rule(
            "self.type != 'Latency' || has(self.quantile)",
            "a Latency signal needs quantile, the share of requests that must be quicker, such as quantile: 0.99",
            lambda s: s.type != "Latency" or s.quantile is not None,
        ),
        Rule(
            "self.type != 'Latency' || has(self.maxDuration) || has(self.maxRatio)",
            "a Latency signal needs maxDuration, such as 50ms, or comparedTo: Stable with maxRatio, such as 1.3, or "
            "both",
            lambda s: s.type != "Latency" or s.max_duration is not None or s.max_ratio is not None,
        ),
        Rule(
            "self.type != 'Latency' || !(has(self.max) || has(self.min))",
            "a Latency limit is a duration: write maxDuration, such as maxDuration: 50ms, instead of max or min",
            lambda s: s.type != "Latency" or (s.max is None and s.min is None),
        ),
        Rule(
            "has(self.comparedTo) == has(self.maxRatio)",
            "comparedTo: Stable and maxRatio go together, such as maxRatio: 1.3",
            lambda s: (s.compared_to is None) == (s.max_ratio is None),
            field=".maxRatio",
        ),
        Rule(
            "self.type == 'Latency' || !(has(self.quantile) || has(self.maxDuration) || has(self.maxRatio))",
            "quantile, maxDuration and maxRatio belong to signals of type Latency: set type: Latency or leave them out",
            _unless("Latency", "quantile", "max_duration", "max_ratio"),
        ),
        Rule(
            "self.type != 'PromQL' || has(self.query) && (has(self.max) || has(self.min))",
            "a PromQL signal needs query, and max or min for its value",
            lambda s: s.type != "PromQL" or (s.query is not None and (s.max is not None or s.min is not None)),
        ),
        Rule(
            "self.type == 'PromQL' || !has(self.query)",
            "query belongs to signals of type PromQL: set type: PromQL or leave it out",
            _unless("PromQL", "query"),
            field=".query",
        ),
    )

    name: Name = Field(description="Name of the signal, as verdicts and alerts carry it.")
    type: Literal["ErrorRate", "Latency", "PromQL"] = Field(
        description="ErrorRate: share of requests that the revision failed or answered too late. Latency: a quantile "
        "of the time that it took. PromQL: the value of a query of your own."
    )
    max: float | None = Field(
        default=None,
        description="Breach above this: a share of requests, 0 to 1 (ErrorRate), or the query's value (PromQL).",
    )
    min: float | None = Field(default=None, description="Breach below this value of the query (PromQL).")
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="Which quantile of the time taken is judged, such as 0.99 (Latency)."
    )
    max_duration: Period | None = Field(
        default=None, description="Breach when the quantile is above this, such as 50ms (Latency)."
    )
    compared_to: Literal["Stable"] | None = Field(
        default=None,
        description="Stable: the quantile is also compared with the stable revision's over the same time (Latency).",
    )
    max_ratio: Annotated[float, Field(ge=1)] | None = Field(
        default=None,
        description="Breach when the quantile is more than this many times stable's, such as 1.3 (Latency).",
    )
    query: Annotated[str, Field(min_length=1, max_length=4096)] | None = Field(
        default=None,
        description="PromQL that gives one number (PromQL). {{revision}}, {{stable}}, {{deployment}}, {{namespace}} "
        "and {{window}} are filled in.",
    )
    window: Period = Field(default=timedelta(minutes=1), description="The time back over which requests are counted.")
    min_samples: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=100,
        description="Requests to the candidate within the window that a verdict needs; with fewer it is "
        "InsufficientSamples, and the rollout waits.",
    )
    action: Literal["Rollback", "Hold", "Alert"] = Field(
        default="Rollback",
        description="What follows a breach. Rollback: all requests go back to stable. Hold: the rollout stays where it "
        "is. Alert: it is said in status and as an Event, and the rollout goes on.",
    )
