"""ModelVersion: one model, trained on one Dataset version or imported, judged, and approved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, computed_field

from colonnade_api.common import (
    AGE,
    READY,
    REASON,
    Column,
    Count,
    Digest,
    Name,
    Names,
    Resource,
    Rule,
    Said,
    Sentence,
    SpecPart,
    Status,
    Uri,
    cel_list,
    short_digest,
)
from colonnade_api.datasets.sources import ModelSource
from colonnade_api.models.fairness import MOST_COLUMNS, SensitiveColumn
from colonnade_api.models.gates import Gate
from colonnade_api.models.metrics import METRICS, Task, names
from colonnade_api.models.provenance import Provenance, Reproduced
from colonnade_api.models.results import (
    ApprovalState,
    Comparison,
    FoldMetric,
    GateVerdict,
    HeldOut,
    LatencyQuantiles,
    Lineage,
    Metric,
    Parity,
    PinnedDataset,
    Signature,
)
from colonnade_api.models.threshold import ChosenThreshold
from colonnade_api.models.training import Training
from colonnade_api.models.trials import Trials
from colonnade_api.stores import StoreUri


def _taken_of(task: Task) -> Rule:
    return Rule(
        f"!has(self.training) || self.training.task != '{task}' || !has(self.gates) || "
        f"self.gates.all(gate, !has(gate.metric) || gate.metric in {cel_list(names(task))} || "
        "(has(self.training.metrics) && self.training.metrics.exists(own, own.name == gate.metric)))",
        f"a gate's metric is none of a {task}'s ({', '.join(names(task))}), nor of spec.training.metrics",
        lambda spec: (
            spec.training is None
            or spec.training.task != task
            or {gate.metric for gate in spec.gates if gate.metric}
            <= {*names(task), *(own.name for own in spec.training.metrics or ())}
        ),
        field=".gates",
    )


HEADLINES = ("roc_auc", "accuracy", "r2", "rmse")
Metrics = Annotated[dict[str, Metric], Field(max_length=64)]


class Approval(SpecPart):
    """Whether someone has to agree, and whether someone has."""

    required: bool = Field(
        default=False, description="Whether a version that passed its gates waits for someone's agreement."
    )
    decision: Literal["Approved", "Rejected"] | None = Field(
        default=None, description="Approved, Rejected, or left out: not decided yet."
    )
    by: Annotated[str, Field(min_length=1, max_length=253)] | None = Field(default=None, description="Who decided.")
    reason: Sentence | None = Field(default=None, description="Why, for those who ask later.")


class ModelVersionSpec(SpecPart):
    """How the version comes to be and what it must prove. How it comes to be can't be changed: make another version."""

    rules = (
        Rule(
            "has(self.training) != has(self.source)",
            "say how the model comes to be by exactly one of training (train it here) and source (import an ONNX file)",
            lambda spec: (spec.training is None) != (spec.source is None),
        ),
        Rule(
            "self.model == oldSelf.model",
            "model can't be changed: apply a ModelVersion of another name",
            field=".model",
        ),
        Rule(
            "has(self.training) == has(oldSelf.training) && (!has(self.training) || self.training == oldSelf.training)",
            "training can't be changed, since the model was made by it: apply a ModelVersion of another name",
            field=".training",
        ),
        Rule(
            "has(self.source) == has(oldSelf.source) && (!has(self.source) || self.source == oldSelf.source)",
            "source can't be changed, since the model was made from it: apply a ModelVersion of another name",
            field=".source",
        ),
        _taken_of("Classification"),
        _taken_of("Regression"),
        Rule(
            "has(self.training) || !has(self.gates) || self.gates.all(gate, !has(gate.metric) || "
            f"gate.metric in {cel_list(metric.name for metric in METRICS)})",
            f"a gate's metric is none that is taken: give one of {', '.join(metric.name for metric in METRICS)}",
            lambda spec: (
                spec.training is not None
                or {gate.metric for gate in spec.gates if gate.metric} <= {metric.name for metric in METRICS}
            ),
            field=".gates",
        ),
        Rule(
            "!has(self.gates) || self.gates.all(gate, !has(gate.sensitive) || (has(self.training) && "
            "has(self.training.fairness) && gate.sensitive in self.training.fairness.sensitive))",
            "a fairness gate's sensitive is none of spec.training.fairness.sensitive: groups are counted when the "
            "model is trained",
            lambda spec: (
                {gate.sensitive for gate in spec.gates if gate.sensitive}
                <= set(spec.training.fairness.sensitive if spec.training and spec.training.fairness else ())
            ),
            field=".gates",
        ),
    )

    model: Name = Field(description="The model that this is a version of: what a Deployment's spec.model.name names.")
    training: Training | None = Field(default=None, description="Train the model here, on a Dataset.")
    source: ModelSource | None = Field(default=None, description="Take an ONNX file that was made elsewhere.")
    gates: tuple[Gate, ...] = Field(
        default=(),
        max_length=32,
        description="Bounds that the held-out metrics must keep; a version that breaks one is never served by "
        "LatestApproved.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    approval: Approval = Field(default=Approval(), description="Whether someone has to agree before it is served.")


class ModelVersionStatus(Status):
    """What became of it."""

    created_at: datetime | None = Field(
        default=None,
        description="When it was made, by whichever API server had it first: of a model's versions the latest is told "
        "by it, also after all were restored at once.",
    )
    digest: Digest | None = Field(
        default=None, description="sha256 of the bundle: model, signature, metrics and golden answers in one."
    )
    artifact_uri: Uri | None = Field(default=None, description="Where the bundle lies in the artifact store.")
    store_uri: StoreUri = None
    bytes: Count | None = Field(default=None, description="Size of the bundle.")
    signature: Signature | None = Field(
        default=None, description="What it takes and gives; a rollout holds it against what serves."
    )
    dataset: PinnedDataset | None = Field(default=None, description="The Dataset version that it is trained on.")
    metrics: Metrics = Field(
        default={}, description="Metrics on the held-out rows, by name, with 95 % confidence intervals."
    )
    held_out: HeldOut | None = Field(default=None, description="The rows that the metrics were taken on.")
    threshold: ChosenThreshold | None = Field(
        default=None,
        description="From which probability on the served label is the positive class; absent where the estimator's "
        "own label is served.",
    )
    fairness: tuple[SensitiveColumn, ...] = Field(
        default=(),
        max_length=MOST_COLUMNS,
        description="How alike it treats the groups of each sensitive column.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    latency: LatencyQuantiles | None = Field(
        default=None,
        description="How long one request took in the serving engine, in the pod that made the bundle.",
    )
    warnings: tuple[Said, ...] = Field(
        default=(),
        max_length=16,
        description="What someone should look at before it is served: columns that tell the answer, rows on both sides "
        "of the split, a time that it ignores. The card has all of them.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    cross_validation: Annotated[dict[str, FoldMetric], Field(max_length=64)] = Field(
        default={}, description="Metrics over the folds of cross-validation, by name."
    )
    parity: Parity | None = Field(
        default=None, description="How closely the serving engine repeats scikit-learn's answers."
    )
    lineage: Lineage | None = Field(default=None, description="What it was made from.")
    provenance: Provenance | None = Field(
        default=None, description="The statement of how the bundle was made, and by which key it is signed."
    )
    reproduced: Reproduced | None = Field(
        default=None, description="Whether the same bundle came of the same spec and rows, when that was tried last."
    )
    trials: Trials | None = Field(default=None, description="Where the search for its parameters stands.")
    comparison: Comparison | None = Field(
        default=None, description="How it does beside the version that served when it was trained."
    )
    gates: tuple[GateVerdict, ...] = Field(
        default=(),
        max_length=64,
        description="How it did at each gate.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    approval: ApprovalState | None = Field(default=None, description="Where approval stands.")

    @computed_field(  # type: ignore[prop-decorator]
        description="The bundle's digest in short: its first ten hex digits.", json_schema_extra={"maxLength": 10}
    )
    @property
    def version(self) -> str | None:
        return short_digest(self.digest)

    @computed_field(  # type: ignore[prop-decorator]
        description="One metric for `kubectl get`, such as `roc_auc 0.928`.", json_schema_extra={"maxLength": 160}
    )
    @property
    def headline(self) -> str | None:
        known = [name for name in (*HEADLINES, *sorted(self.metrics)) if name in self.metrics]
        return f"{known[0]} {self.metrics[known[0]].value:.4g}" if known else None


class ModelVersion(Resource):
    """One version of a model: trained on a Dataset or imported as ONNX, judged on held-out rows, and approved.

    The same spec on the same data makes the same bundle, named by its sha256. A Deployment serves it.
    """

    names: ClassVar[Names] = Names(
        plural="modelversions",
        short="mv",
        columns=(
            Column("Model", ".spec.model", about="The model that this is a version of."),
            READY,
            Column("Digest", ".status.version", about="The bundle's digest in short."),
            Column("Metric", ".status.headline", about="One metric on the held-out rows."),
            Column("Approval", ".status.approval.state", about="Where approval stands."),
            REASON,
            Column("Dataset", ".spec.training.datasetRef.name", wide=True, about="What it is trained on."),
            Column("Estimator", ".spec.training.estimator.name", wide=True, about="The scikit-learn class."),
            AGE,
        ),
    )
    kind: Literal["ModelVersion"] = "ModelVersion"
    spec: ModelVersionSpec = Field(description="How the version comes to be and what it must prove.")
    status: ModelVersionStatus = Field(
        default=ModelVersionStatus(), description="What became of it; written by Colonnade alone."
    )


def made_at(version: Mapping[str, Any]) -> datetime:
    """When a ModelVersion was made, as its status keeps it; as the API server says where status doesn't yet."""
    known = (version.get("status") or {}).get("createdAt") or version["metadata"]["creationTimestamp"]
    return datetime.fromisoformat(known)
