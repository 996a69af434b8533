"""Retraining: a new version is trained when a signal says that the one that serves has fallen behind."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Digest, ObjectName, Said, SpecPart, StatusPart, Word
from colonnade_api.durations import Duration

MOST_RETRAININGS = 32
Outcome = Literal["Promoted", "NotPromoted", "Failed", "Withdrawn", "Suggested"]


class Retrain(SpecPart):
    """What follows a breach of a signal whose action is Retrain, and how often at most."""

    mode: Literal["Automatic", "Suggest", "Off"] = Field(
        default="Automatic",
        description="Automatic, where it is left out: the Dataset is looked at anew, and a ModelVersion of the spec of "
        "the one that serves is made once there are new rows; gates, approval and canary are as ever. Suggest: only "
        "what would be made is said. Off: nothing follows.",
    )
    cooldown: Duration = Field(
        default=timedelta(hours=24), description="The least time from one retraining to the next; left out: 24h."
    )
    max_per_week: Annotated[int, Field(ge=1, le=100)] = Field(
        default=3, description="Retrainings of one Deployment within seven days, at most; left out: 3."
    )
    stop_after_failures: Annotated[int, Field(ge=1, le=20)] = Field(
        default=2,
        description="How many in a row may end without a promotion before none is begun any more, left out: 2. Any "
        "change of this spec begins anew.",
    )
    min_new_rows: Annotated[int, Field(ge=0, le=1_000_000_000)] = Field(
        default=0,
        description="How many rows more than the serving version's Dataset version the new one must have. 0, where it "
        "is left out: any new version will do, as for sources whose rows replace others.",
    )


class Retraining(StatusPart):
    """One retraining: why it was begun, what it made, and how it ended."""

    deployment: ObjectName = Field(description="The Deployment whose model is trained again.")
    serving: ObjectName = Field(description="The ModelVersion that served when it was begun.")
    signal: Word = Field(description="The signal that asked for it.")
    because: Said = Field(description="What the signal said.")
    dataset: Word = Field(description="The Dataset that is waited for.")
    dataset_digest: Digest = Field(description="The version of it that the serving model was trained on.")
    begun_at: datetime = Field(description="When the signal asked for it.")
    generation: int = Field(description="metadata.generation of the policy then.")
    model_version: ObjectName | None = Field(
        default=None, description="The ModelVersion that it makes; absent while new rows are waited for."
    )
    made_at: datetime | None = Field(default=None, description="When that ModelVersion was first seen.")
    outcome: Outcome | None = Field(
        default=None,
        description="Promoted: it serves. NotPromoted: a gate, a person or the canary refused it. Failed: it could not "
        "be trained. Withdrawn: the signal passed again before there were new rows, or what it is about is gone. "
        "Suggested: nothing was made, as spec.retrain.mode asks. Absent: not over yet.",
    )
    message: Said | None = Field(default=None, description="How it stands, or why it ended so.")
    ended_at: datetime | None = Field(default=None, description="When it ended.")
