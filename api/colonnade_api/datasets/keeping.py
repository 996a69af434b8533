"""How a Dataset's versions are kept: how many, how they are proven again, where their copies lie."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Count, Digest, ObjectRef, Rule, Said, SpecPart, StatusPart, Uri, Word
from colonnade_api.datasets.sources import Schedule
from colonnade_api.durations import Period

KEPT_VERSIONS = 10
MAX_VERSIONS = 100
BACKUP_PATTERN = r"^((s3|pvc)://.+|file:///.+)$"

KeepingKind = Literal["Audit", "BackUp", "Verify", "Restore", "Diff", "Collect", "Forget", "Cascade", "Rotate"]


class Retention(SpecPart):
    """Which versions stay. One that a ModelVersion, a Deployment, another Dataset, a tag or a hold refers to always
    does."""

    versions: Annotated[int, Field(ge=1, le=MAX_VERSIONS)] = Field(
        default=KEPT_VERSIONS, description="How many stay, the newest first; the current one is among them."
    )
    max_age: Period | None = Field(
        default=None,
        description="A version older than this goes, such as 365d; the current one stays. Left out: of any age.",
    )


class Audit(SpecPart):
    """When stored versions are read again."""

    schedule: Schedule = Field(
        description="@daily, @weekly, or five cron fields in UTC: each version's bytes are read, compared with their "
        "digests, and the current one's rows with today's rules."
    )


class Backup(SpecPart):
    """Where copies of the versions lie, and when they are proven."""

    rules = (
        Rule(
            f"self.storageUri.matches('{BACKUP_PATTERN}')",
            "copies go to s3://BUCKET/PREFIX, pvc://CLAIM/FOLDER or file:///FOLDER",
            field=".storageUri",
        ),
    )

    storage_uri: Annotated[str, Field(min_length=1, max_length=1024, pattern=BACKUP_PATTERN)] = Field(
        description="s3://BUCKET/PREFIX, pvc://CLAIM/FOLDER (a claim in the same namespace), or file:///FOLDER as the "
        "Job sees it. Not the store itself. The namespace's name is put behind it."
    )
    secret_ref: ObjectRef | None = Field(
        default=None,
        description="Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_ENDPOINT_URL, AWS_REGION). Left "
        "out: those of the store.",
    )
    schedule: Schedule | None = Field(
        default=None, description="When new versions are copied, in UTC. Left out: as soon as there is one."
    )
    verify: Schedule | None = Field(
        default=None,
        description="When every copy is restored into scratch and its digests are compared, such as @weekly. Left out: "
        "only by `kubectl colonnade backup dset/NAME --verify`.",
    )


Asked = Annotated[str, Field(min_length=1, max_length=256)]


class KeepingRecord(StatusPart):
    """The last that was done of one kind, whole: what it was asked by, and what came of it."""

    kind: KeepingKind = Field(description="Audit, BackUp, Verify, Restore, Diff, Collect, Forget, Cascade or Rotate.")
    asked: Asked = Field(description="What it was done for: a tick of its schedule, or the word of a command.")
    at: datetime | None = Field(default=None, description="When it ended.")
    outcome: Literal["Succeeded", "Failed"] = Field(description="Whether all was found and done as wanted.")
    reason: Word = Field(description="Why, in one CamelCase word.")
    message: Said = Field(default="", description="Why, with the numbers.")
    report_uri: Uri | None = Field(default=None, description="The whole of it, where it is long.")
    report_digest: Digest | None = Field(default=None, description="sha256 of that.")
    page_uri: Uri | None = Field(default=None, description="The same as a page to look at.")
    bytes: Count | None = Field(default=None, description="Bytes that were sent or freed.")


class KeepingNow(StatusPart):
    """What is being done, recorded before its Job is made."""

    kind: KeepingKind = Field(description="What.")
    asked: Asked = Field(description="For what: a tick of its schedule, or the word of a command.")
    job: Word = Field(description="The Job that does it.")
    so_far: KeepingRecord | None = Field(
        default=None, description="What the Jobs before this one answered, where one answer had no room for all."
    )
    by: Said | None = Field(default=None, description="Who asked for an erasure.")
    reason: Said | None = Field(default=None, description="Why, in their words.")


Records = Annotated[
    tuple[KeepingRecord, ...],
    Field(max_length=9, json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["kind"]}),
]
