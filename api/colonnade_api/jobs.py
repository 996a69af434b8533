"""What a Job is told, which the operator writes, and what it answers, which the operator reads."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Count, Digest, Said, SpecPart, StatusPart, Uri, Word
from colonnade_api.dataset import DatasetSpec, DatasetVersion
from colonnade_api.modelversion import Metrics, ModelVersionSpec
from colonnade_api.results import Comparison, FoldMetric, Lineage, Parity, Signature


class DatasetJob(SpecPart):
    """To look at a Dataset's source; previous: the digest of the current version."""

    namespace: str
    name: str
    spec: DatasetSpec
    previous: Digest | None = None


class TrainingData(SpecPart):
    """The version to train on, who answers for it, and on what terms it may be used."""

    name: str
    digest: Digest
    owner: str = ""
    license: str = ""


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


class DatasetResult(StatusPart):
    """A definite answer to a DatasetJob. version: None where nothing could be read at all."""

    outcome: Literal["NewVersion", "Unchanged", "Invalid"]
    reason: Word
    message: Said = ""
    version: DatasetVersion | None = None


class TrainResult(StatusPart):
    """A definite answer to a TrainJob: of a model that Failed its reason alone."""

    outcome: Literal["Trained", "Failed"]
    reason: Word
    message: Said = ""
    digest: Digest | None = None
    artifact_uri: Uri | None = None
    bytes: Count | None = None
    signature: Signature | None = None
    metrics: Metrics = Field(default={})
    cross_validation: Annotated[dict[str, FoldMetric], Field(max_length=64)] = Field(default={})
    parity: Parity | None = None
    lineage: Lineage | None = None
    comparison: Comparison | None = None


class JobError(StatusPart):
    """No definite answer: something that another try may mend, or a mistake of ours."""

    outcome: Literal["Error"] = "Error"
    reason: Word
    message: Said = ""
