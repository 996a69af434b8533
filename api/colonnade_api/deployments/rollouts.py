"""What a Deployment reports: who serves, where the rollout stands, what was measured, and what went before."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, computed_field

from colonnade_api.common import Count, Digest, ObjectName, Report, Revision, Said, StatusPart, Uri, Word
from colonnade_api.models.results import Signature
from colonnade_api.monitoring.moved import MOST_FEATURES, FeatureVerdict

Percent = Annotated[int, Field(ge=0, le=100)]


class ServedRevision(StatusPart):
    """A revision that takes requests."""

    revision: Revision = Field(
        description="Bundle and serving settings in one name; its pods and its Service carry it."
    )
    model_version: ObjectName = Field(description="The ModelVersion that it serves.")
    digest: Digest = Field(description="sha256 of the bundle; each pod verifies it before it answers.")
    artifact_uri: Uri | None = Field(
        default=None, description="Where the bundle lies, so that the revision outlives its ModelVersion."
    )
    signature: Signature | None = Field(
        default=None, description="What it takes and gives: the next revision has to answer what is asked of this one."
    )
    weight: Percent = Field(description="Percent of the requests that it is to get; stable and candidate sum to 100.")
    ready: Count = Field(default=0, description="Pods that answer.")


class CandidateRevision(ServedRevision):
    """A revision that has yet to prove itself."""

    observed_weight: Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None,
        description="Percent of the requests that it was seen to get; absent while that can't be measured.",
    )
    exposed_since: datetime | None = Field(
        default=None, description="When it had its first request; absent while it has had none."
    )


class HandledCommands(StatusPart):
    """The annotations that were carried out, so that none is carried out twice."""

    abort: Word | None = Field(default=None, description="The last colonnade.dev/abort.")
    retry: Word | None = Field(default=None, description="The last colonnade.dev/retry.")
    undo: Annotated[str, Field(min_length=1, max_length=256)] | None = Field(
        default=None, description="The last colonnade.dev/undo."
    )


class Outages(StatusPart):
    """Since when something is missing, without a break; absent where nothing is."""

    candidate_not_ready: datetime | None = Field(default=None, description="The candidate lacks pods for its step.")
    stable_not_ready: datetime | None = Field(default=None, description="Stable has no ready pod.")
    metrics_missing: datetime | None = Field(default=None, description="A signal can't be measured.")


class StepStatus(StatusPart):
    """Where the rollout stands."""

    index: Count = Field(description="The step that is being taken, from 0; equal to total once all were.")
    total: Count = Field(description="How many steps the strategy has.")
    reason: Word | None = Field(default=None, description="What it waits for, in one CamelCase word.")
    message: Said | None = Field(default=None, description="What it waits for, with the numbers.")
    since: datetime | None = Field(default=None, description="When this step began.")

    @computed_field(  # type: ignore[prop-decorator]
        description="The step and how many there are, counted as people do, such as 2/3.",
        json_schema_extra={"maxLength": 16},
    )
    @property
    def shown(self) -> str:
        return f"{min(self.index + 1, self.total)}/{self.total}" if self.total else ""


class Verdict(StatusPart):
    """What one signal says about the candidate, with everything that it was decided on."""

    signal: Word = Field(description="Name of the signal in the MonitorPolicy.")
    result: Literal["Pass", "Fail", "InsufficientSamples", "NoData", "Error"] = Field(
        description="Pass, Fail, or why neither can be said yet: InsufficientSamples, NoData, Error. Only Fail rolls "
        "back, only Pass promotes."
    )
    value: float | None = Field(
        default=None, description="What was measured: a fraction for ErrorRate, seconds for Latency."
    )
    limit: float | None = Field(default=None, description="What it was held against, in the same unit.")
    stable_value: float | None = Field(default=None, description="The same measured on stable, for comparison.")
    samples: Count | None = Field(default=None, description="Requests that the value was taken over.")
    query: Report | None = Field(default=None, description="The PromQL that was asked, to be asked again.")
    message: Said | None = Field(default=None, description="The verdict in words.")
    at: datetime | None = Field(default=None, description="When the value was scraped.")
    cause: Literal["World", "Upstream", "Candidate"] | None = Field(
        default=None,
        description="Where a breach comes from, as far as stable beside it tells. World, Upstream: stable shows the "
        "same, so that going back would mend nothing. Candidate: stable doesn't.",
    )
    detail: tuple[FeatureVerdict, ...] | None = Field(
        default=None,
        max_length=MOST_FEATURES,
        description="Feature by feature, those that moved most first.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )


class RejectedRevision(StatusPart):
    """A revision that failed here and is not tried again."""

    revision: Revision = Field(description="The revision.")
    model_version: ObjectName | None = Field(default=None, description="The ModelVersion that it served.")
    digest: Digest | None = Field(default=None, description="sha256 of its bundle.")
    reason: Word = Field(description="Why, in one CamelCase word.")
    message: Said | None = Field(default=None, description="Why, with the numbers.")
    at: datetime = Field(description="When it was decided.")


class Rollout(StatusPart):
    """One rollout that is over."""

    revision: Revision = Field(description="The revision that was to take over.")
    model_version: ObjectName | None = Field(default=None, description="The ModelVersion that it served.")
    digest: Digest | None = Field(default=None, description="sha256 of its bundle.")
    artifact_uri: Uri | None = Field(default=None, description="Where the bundle lies.")
    outcome: Literal["Promoted", "RolledBack", "Superseded"] = Field(description="How it ended.")
    reason: Word | None = Field(default=None, description="Why, in one CamelCase word.")
    message: Said | None = Field(default=None, description="Why, with the numbers.")
    started_at: datetime | None = Field(default=None, description="When its first pod was asked for.")
    breached_at: datetime | None = Field(
        default=None, description="When the value that decided against it was scraped."
    )
    decided_at: datetime | None = Field(default=None, description="When it was decided.")
    ended_at: datetime | None = Field(
        default=None, description="When all routers were seen to send every request to one revision."
    )
