"""What is known of a model once it was made: its metrics, where it came from, and how it was judged."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Count, Digest, ObjectName, Said, StatusPart, Uri, Word

TensorName = Annotated[str, Field(min_length=1, max_length=253)]
Dimension = Annotated[int, Field(ge=-1)]


class Metric(StatusPart):
    """A metric on the held-out rows, with what chance leaves open."""

    value: float = Field(description="The metric on the held-out rows.")
    low: float | None = Field(default=None, description="Lower end of its 95 % confidence interval.")
    high: float | None = Field(default=None, description="Upper end of its 95 % confidence interval.")
    n: Count | None = Field(default=None, description="Held-out rows that it was taken over.")


class HeldOut(StatusPart):
    """The rows that a version is judged on."""

    rows: Count = Field(description="How many.")
    rarer_class: Count | None = Field(default=None, description="Those of the rarer class, where there are two.")
    groups: Count | None = Field(default=None, description="Of how many groups, where the Dataset has a groupColumn.")


class LatencyQuantiles(StatusPart):
    """How long one request took in the serving engine, in the training pod, in seconds."""

    requests: Count = Field(description="How many were made, one after the other.")
    p50: Metric = Field(description="The median.")
    p90: Metric = Field(description="The 90th percentile.")
    p95: Metric = Field(description="The 95th percentile.")
    p99: Metric = Field(description="The 99th percentile.")


class TensorGroup(StatusPart):
    """Inputs or outputs that are alike but for their names."""

    datatype: Word = Field(description="As the Open Inference Protocol has it, such as FP32 or BYTES.")
    shape: tuple[Dimension, ...] = Field(
        max_length=32,
        description="Sizes of the dimensions; -1 takes any.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    names: tuple[TensorName, ...] = Field(
        max_length=512, description="Their names.", json_schema_extra={"x-kubernetes-list-type": "atomic"}
    )


class Signature(StatusPart):
    """What a model takes and gives."""

    digest: Digest = Field(description="sha256 of all inputs and outputs; equal where every request fits both models.")
    inputs: tuple[TensorGroup, ...] | None = Field(
        default=None,
        max_length=128,
        description="What it takes, all of which a request has to give; absent where that is too much to list.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    outputs: tuple[TensorGroup, ...] | None = Field(
        default=None,
        max_length=128,
        description="What it gives; absent where that is too much to list.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )


class FoldMetric(StatusPart):
    """A metric over the folds of cross-validation."""

    mean: float = Field(description="Mean over the folds.")
    std: float = Field(description="Standard deviation over the folds.")
    folds: Count = Field(description="How many folds, of all repeats.")
    repeats: Count | None = Field(default=None, description="How often the folds were drawn; absent for once.")
    spread: float | None = Field(default=None, description="Standard deviation of the repeats' means.")


class Parity(StatusPart):
    """How closely the serving engine repeats scikit-learn's answers."""

    rows: Count = Field(description="Held-out rows that were compared, each of them.")
    worst: float = Field(description="The largest difference that was found.")


class Lineage(StatusPart):
    """What the model was made from."""

    arithmetic: Said | None = Field(
        default=None,
        description="The processor's architecture and the linear algebra that trained it: on others sums may differ in "
        "their last bits, and so the digest.",
    )
    dataset: Digest | None = Field(default=None, description="Digest of the Dataset version.")
    image: Said | None = Field(default=None, description="The image that trained it.")
    rounds: Count | None = Field(
        default=None, description="How many rounds the estimator learnt, where earlyStopping chose them."
    )
    seed: Count | None = Field(default=None, description="Start of every random draw.")
    source: Said | None = Field(default=None, description="Where an imported model came from.")
    spec: Digest | None = Field(default=None, description="sha256 of the spec that made it.")


class PinnedDataset(StatusPart):
    """The Dataset version that training uses, settled when it began."""

    name: Word = Field(description="Name of the Dataset.")
    digest: Digest = Field(description="Digest of the version, pinned when training began.")


class ComparedMetric(StatusPart):
    """A metric of two versions on the same rows."""

    value: float = Field(description="This version's.")
    serving: float = Field(description="That of the version that served.")
    difference: float = Field(description="The one less the other.")
    low: float = Field(description="Lower end of the difference's 95 % confidence interval.")
    high: float = Field(description="Upper end of the difference's 95 % confidence interval.")


class ComparedRows(StatusPart):
    """Rows that two versions were asked, and how they did."""

    rows: Count = Field(description="Held-out rows that both were asked; 0 where the two can't be compared.")
    rarer_class: Count | None = Field(default=None, description="Those of the rarer class, where there are two.")
    groups: Count | None = Field(default=None, description="Of how many groups, where the Dataset has a groupColumn.")
    metrics: Annotated[dict[str, ComparedMetric], Field(max_length=64)] = Field(
        default={}, description="Both versions' metrics on these rows, by name."
    )


class Comparison(ComparedRows):
    """How the version does beside the one that served when it was trained, on the same held-out rows."""

    model_version: ObjectName = Field(description="The ModelVersion that served.")
    deployment: ObjectName = Field(
        description="The Deployment that served it: the first by name, where several serve the model."
    )
    digest: Digest = Field(description="Digest of the bundle that served.")
    unseen: ComparedRows | None = Field(
        default=None,
        description="The same on those of the rows that the one that served didn't learn from; absent where it learnt "
        "from none.",
    )
    message: Said = Field(default="", description="Which rows were left out, or why the two can't be compared.")
    report_uri: Uri | None = Field(default=None, description="Where the model card with the comparison lies.")


class GateVerdict(StatusPart):
    """How the version did at one gate."""

    name: Word = Field(description="Which gate, such as roc_auc.min.")
    verdict: Literal["Pass", "Fail", "Inconclusive", "NoData", "Error"] = Field(
        description="Pass, Fail, or why neither can be said: Inconclusive, where too few rows leave it open; NoData, "
        "where nothing was measured; Error, where it could not be."
    )
    value: float | None = Field(
        default=None, description="What was measured; for maxRegression the difference to the version that served."
    )
    low: float | None = Field(default=None, description="Lower end of the value's 95 % confidence interval.")
    high: float | None = Field(default=None, description="Upper end of the value's 95 % confidence interval.")
    n: Count | None = Field(default=None, description="Held-out rows that it was taken over.")
    bound: float | None = Field(default=None, description="What it was held against.")
    message: Said | None = Field(default=None, description="The verdict in words.")


class ApprovalState(StatusPart):
    """Where approval stands."""

    state: Literal["NotRequired", "PendingManualApproval", "Approved", "Rejected"] = Field(
        description="NotRequired, PendingManualApproval, Approved or Rejected."
    )
    by: Word | None = Field(default=None, description="Who decided.")
    at: datetime | None = Field(default=None, description="When the decision was seen.")
    reason: Said | None = Field(default=None, description="Why.")
    digest: Digest | None = Field(
        default=None,
        description="The bundle that was decided on, which an approval of Inconclusive gates has to know; absent where "
        "the decision came before the bundle was made.",
    )
