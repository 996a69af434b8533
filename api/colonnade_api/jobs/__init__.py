"""What a Job is told, which the operator writes, and what it answers, which the operator reads."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from colonnade_api.common import Count, Digest, Report, Said, SpecPart, StatusPart, Uri, Word
from colonnade_api.datasets.dataset import DatasetSpec, DatasetVersion
from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.models.fairness import SensitiveColumn
from colonnade_api.models.modelversion import Metrics, ModelVersionSpec
from colonnade_api.models.provenance import Provenance
from colonnade_api.models.results import Comparison, FoldMetric, HeldOut, LatencyQuantiles, Lineage, Parity, Signature
from colonnade_api.models.threshold import ChosenThreshold
from colonnade_api.models.trials import Trial, Values


class DatasetJob(SpecPart):
    """To look at a Dataset's source; previous: the digest of the current version. upstream: by the name of each Dataset
    that this one is made with, the digest of the version to take; upstream_keys: what opens those that are encrypted.
    retained: digests of the versions in status, which are encrypted, or wrapped anew, where the spec names another
    key."""

    namespace: str
    name: str
    spec: DatasetSpec
    previous: Digest | None = None
    upstream: dict[str, Digest] = Field(default={})
    upstream_keys: tuple[SecretKey, ...] = Field(default=())
    retained: tuple[Digest, ...] = Field(default=())


class TrainingData(SpecPart):
    """The version to train on, who answers for it, on what terms it may be used, and the keys that open it."""

    name: str
    digest: Digest
    owner: str = ""
    license: str = ""
    keys: tuple[SecretKey, ...] = Field(default=())


class ServingVersion(SpecPart):
    """The version of the same model that serves while another one trains, and the Deployment that serves it."""

    model_version: str
    digest: Digest
    deployment: str


class TrainJob(SpecPart):
    """To make a model's bundle; image: what the Job runs, for the lineage. dataset: None for an imported model;
    upload: the digest of the file that was pushed for one. serving: None where no version of the model serves."""

    namespace: str
    name: str
    image: str | None = None
    spec: ModelVersionSpec
    dataset: TrainingData | None = None
    upload: Digest | None = None
    serving: ServingVersion | None = None


class TrialJob(SpecPart):
    """To try one set of the estimator's parameters. number: which trial, from 0; told: the trials whose ends it chooses
    by, by number."""

    namespace: str
    name: str
    spec: ModelVersionSpec
    dataset: TrainingData
    number: Count
    told: tuple[Trial, ...] = ()


class JobResult(StatusPart):
    """What every answer says; omitted: fields that are cut short, since an answer has 4,096 bytes, and stand in full in
    what lies in the store."""

    reason: Word
    message: Report = ""
    omitted: tuple[Word, ...] = ()


class DatasetResult(JobResult):
    """A definite answer to a DatasetJob. version: of Invalid rows one without a digest, or None where none was read."""

    outcome: Literal["NewVersion", "Unchanged", "Invalid"]
    version: DatasetVersion | None = None

    @model_validator(mode="after")
    def _names_what_it_made(self) -> Self:
        if self.outcome != "Invalid" and (self.version is None or self.version.digest is None):
            raise ValueError(f"{self.outcome} goes with a version that has a digest")
        return self


class TrainResult(JobResult):
    """A definite answer to a TrainJob: of a model that Failed its reason alone. metrics: those that gates ask for come
    first."""

    outcome: Literal["Trained", "Failed"]
    digest: Digest | None = None
    artifact_uri: Uri | None = None
    bytes: Count | None = None
    signature: Signature | None = None
    metrics: Metrics = Field(default={})
    held_out: HeldOut | None = None
    threshold: ChosenThreshold | None = None
    fairness: tuple[SensitiveColumn, ...] = Field(default=())
    cross_validation: Annotated[dict[str, FoldMetric], Field(max_length=64)] = Field(default={})
    parity: Parity | None = None
    lineage: Lineage | None = None
    provenance: Provenance | None = None
    warnings: tuple[Said, ...] = Field(default=())
    comparison: Comparison | None = None
    latency: LatencyQuantiles | None = None

    @model_validator(mode="after")
    def _names_what_it_made(self) -> Self:
        if self.outcome == "Trained" and (self.digest is None or self.artifact_uri is None):
            raise ValueError("Trained goes with digest and artifactUri")
        return self


class TrialResult(JobResult):
    """A definite answer to a TrialJob: the objective that was Measured, or why it Failed. parameters: those tried."""

    outcome: Literal["Measured", "Failed"]
    parameters: Values = Field(default={})
    value: float | None = None
    std: float | None = None

    @model_validator(mode="after")
    def _tells_what_it_measured(self) -> Self:
        if self.outcome == "Measured" and self.value is None:
            raise ValueError("Measured goes with a value")
        return self


class JobError(JobResult):
    """No definite answer: something that another try may mend, or a mistake of ours."""

    outcome: Literal["Error"] = "Error"
