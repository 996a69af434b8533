"""Dataset: a table that is collected, validated, cleaned and versioned by its content."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field, computed_field

from colonnade_api.common import (
    AGE,
    READY,
    REASON,
    Column,
    Count,
    Digest,
    Fraction,
    Names,
    Resource,
    Said,
    Sentence,
    SpecPart,
    Status,
    StatusPart,
    Uri,
    short_digest,
)
from colonnade_api.datasets.cleaning import CleaningStep
from colonnade_api.datasets.columns import Table
from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.datasets.erasure import Erased, ErasedBy
from colonnade_api.datasets.expectations import (
    Freshness,
    Outliers,
    Reference,
    Representation,
    RowCount,
    RowRule,
    Stability,
)
from colonnade_api.datasets.keeping import MAX_VERSIONS, Asked, Audit, Backup, KeepingNow, Records, Retention
from colonnade_api.datasets.privacy import LawfulBasis, Privacy, Sensitivity
from colonnade_api.datasets.queries import MAX_UPSTREAMS, UpstreamVersion
from colonnade_api.datasets.sources import DataSource
from colonnade_api.datasets.split import Split
from colonnade_api.stores import StoreUri


class Validation(SpecPart):
    """What the table must keep to beyond its columns, and what happens to rows that break a rule."""

    on_invalid: Literal["Quarantine", "Reject"] = Field(
        default="Quarantine",
        description="Quarantine: rows that break a rule are set aside, where they can be fetched, and the others make "
        "the version. Reject: one such row, and there is no version.",
    )
    max_invalid_fraction: Fraction = Field(
        default=0.01,
        description="The largest share of rows that may be set aside, 0 to 1. Over it there is no version, and "
        "condition Valid says why.",
    )
    row_rules: tuple[RowRule, ...] | None = Field(
        default=None,
        alias="rules",
        max_length=64,
        description="What each row must keep to, across its columns.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    row_count: RowCount | None = Field(default=None, description="How many rows a version may have.")
    freshness: Freshness | None = Field(default=None, description="How old the newest row may be.")
    references: tuple[Reference, ...] | None = Field(
        default=None,
        max_length=16,
        description="Columns whose values must occur in another Dataset.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    outliers: tuple[Outliers, ...] | None = Field(
        default=None,
        max_length=16,
        description="Values far from the others of their column.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    representation: tuple[Representation, ...] | None = Field(
        default=None,
        max_length=16,
        description="Which shares the values of a column must have.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    stability: Stability | None = Field(
        default=None, description="How far the table may have moved since the version before."
    )


class DatasetSpec(SpecPart):
    """A table, where it comes from and what it must look like."""

    source: DataSource = Field(description="Where the rows come from.")
    description: Sentence = Field(default="", description="What the table tells, in a sentence or two.")
    owner: Sentence = Field(default="", description="Who answers for it: a person, a team, an address.")
    license: Sentence = Field(default="", description="On what terms it may be used, such as CC0-1.0.")
    purpose: Sentence | None = Field(default=None, description="What the rows may be used for, in a sentence or two.")
    lawful_basis: LawfulBasis | None = Field(
        default=None, description="What allows the processing of personal data, as GDPR 6(1) lists it."
    )
    sensitivity: Sensitivity | None = Field(default=None, description="How much harm it would do if the rows got out.")
    table: Table | None = Field(
        default=None,
        alias="schema",
        description="What the table must look like. Left out: columns and types are told from the data, and each row "
        "is valid.",
    )
    validation: Validation = Field(
        default=Validation(),
        description="What the table must keep to beyond its columns, and what happens to rows that break a rule.",
    )
    cleaning: tuple[CleaningStep, ...] = Field(
        default=(),
        max_length=64,
        description="Steps in the order given. All come before the rows are checked but fillMissing, which comes "
        "after, computed from the rows that passed.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    retention: Retention | None = Field(
        default=None,
        description="Which versions stay. Left out: the newest 10 are listed, and nothing is removed from the store.",
    )
    audit: Audit | None = Field(default=None, description="When stored versions are read again and proven.")
    backup: Backup | None = Field(default=None, description="Where copies of the versions lie.")
    privacy: Privacy | None = Field(
        default=None,
        description="What is done so that no one is known by what is stored. Left out: it is stored as it is.",
    )
    split: Split = Field(default=Split(), description="Which rows are held out from training to judge models on.")

    def encryption_keys(self) -> tuple[SecretKey, ...]:
        """The keys that open its versions; the first is the one that new ones are wrapped by."""
        encryption = self.privacy.encryption if self.privacy else None
        return encryption.all_keys() if encryption else ()

    def subject_keys(self) -> tuple[SecretKey, ...]:
        """The key of the hashes by which erased subjects are remembered, where it has one."""
        subject = self.privacy.subject if self.privacy else None
        return (subject.key_secret_ref,) if subject else ()


class DatasetVersion(StatusPart):
    """One state of the table's content."""

    digest: Digest | None = Field(
        default=None, description="sha256 of the content; the version's name. Absent when the rows were not accepted."
    )
    rows: Count = Field(default=0, description="Rows that the version holds.")
    bytes: Count = Field(default=0, description="Size in the artifact store.")
    created_at: datetime | None = Field(default=None, description="When it was made.")
    source: Said | None = Field(default=None, description="Where it came from.")
    schema_digest: Digest | None = Field(
        default=None, description="sha256 of the columns' names and types; equal while they are."
    )
    invalid_rows: Count = Field(default=0, description="Rows that broke a rule.")
    protected: Said | None = Field(default=None, description="What was done so that no one is known by the rows.")
    personal_data: Said | None = Field(
        default=None,
        description="Personal data that no rule covers, by column; absent where none was looked for or found.",
    )
    suppressed_rows: Count | None = Field(
        default=None, description="Rows left out since too few others are like them; absent where nobody asked."
    )
    report_uri: Uri | None = Field(default=None, description="The whole report of what was checked and found.")
    report_digest: Digest | None = Field(
        default=None, description="sha256 of the report, by which one that was changed is known."
    )
    quarantine_uri: Uri | None = Field(
        default=None, description="The rows that were set aside, with the rule that each broke."
    )
    upstream: tuple[UpstreamVersion, ...] = Field(
        default=(),
        max_length=MAX_UPSTREAMS,
        description="The versions of other Datasets that it was made with.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    audited_at: datetime | None = Field(default=None, description="When its stored bytes were last proven.")
    backed_up_at: datetime | None = Field(default=None, description="When its copy in the backup was made or proven.")
    erased_by: ErasedBy | None = Field(
        default=None, description="The last erasure for which it was written anew; absent where there was none."
    )


class DatasetStatus(Status):
    """What was collected."""

    current: Digest | None = Field(default=None, description="Digest of the version that training uses now.")
    versions: tuple[DatasetVersion, ...] = Field(
        default=(),
        max_length=MAX_VERSIONS,
        description="Versions, the current one first.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    refused: DatasetVersion | None = Field(
        default=None,
        description="The last rows that were not accepted, with their report; absent once newer rows were.",
    )
    checked_at: datetime | None = Field(default=None, description="When the source was last looked at.")
    keeping: Records = Field(default=(), description="The last audit, backup, restore, diff, collection and erasure.")
    keeping_now: KeepingNow | None = Field(default=None, description="Which of them is being done; absent when none.")
    erased: Erased = Field(default=(), description="Versions that were destroyed for an erasure, the last ones first.")
    kept_command: Asked | None = Field(default=None, description="The last colonnade.dev/keep that was carried out.")
    store_uri: StoreUri = None

    @computed_field(  # type: ignore[prop-decorator]
        description="The current version in short: the first ten hex digits of its digest.",
        json_schema_extra={"maxLength": 10},
    )
    @property
    def version(self) -> str | None:
        return short_digest(self.current)


class Dataset(Resource):
    """A table that is collected, validated, cleaned, and versioned by its content.

    Each change of the source's content makes a version, named by its sha256; a ModelVersion pins the one that it was
    trained on.
    """

    names: ClassVar[Names] = Names(
        plural="datasets",
        short="dset",
        columns=(
            READY,
            Column("Rows", ".status.versions[0].rows", "integer", about="Rows of the current version."),
            Column("Version", ".status.version", about="The current version in short."),
            Column("Invalid", ".status.versions[0].invalidRows", "integer", about="Rows of it that were set aside."),
            REASON,
            Column("Source", ".spec.source.storageUri", wide=True, about="Where the rows come from."),
            AGE,
        ),
    )
    kind: Literal["Dataset"] = "Dataset"
    spec: DatasetSpec = Field(description="What the table is and must look like.")
    status: DatasetStatus = Field(
        default=DatasetStatus(), description="What was collected; written by Colonnade alone."
    )
