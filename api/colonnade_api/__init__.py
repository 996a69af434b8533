"""The four kinds of group colonnade.dev: the vocabulary that users write, and the only source of the CRDs.

Values are frozen; YAML names are camelCase, Python names snake_case. A spec refuses fields that it doesn't know; a
status lets them pass. `Dataset.model_validate(object)` reads what the API server gives; `.manifest()` writes it.
"""

from colonnade_api.common import API_VERSION, GROUP, VERSION, Condition, ObjectMeta, ObjectRef, Resource, Status
from colonnade_api.datasets.cleaning import CleaningStep
from colonnade_api.datasets.columns import ColumnRule, Table
from colonnade_api.datasets.dataset import Dataset, DatasetSpec, DatasetStatus, DatasetVersion, Validation
from colonnade_api.datasets.sources import DataSource, ModelSource
from colonnade_api.datasets.split import Split
from colonnade_api.deployments.deployment import (
    Deployment,
    DeploymentSpec,
    DeploymentStatus,
    Rollback,
    ServedModel,
    Serving,
)
from colonnade_api.deployments.rollouts import (
    CandidateRevision,
    HandledCommands,
    Outages,
    RejectedRevision,
    Rollout,
    ServedRevision,
    StepStatus,
    Verdict,
)
from colonnade_api.deployments.strategy import BlueGreen, Canary, Pause, RetryOnStable, Step, Strategy
from colonnade_api.durations import Duration, format_duration, parse_duration
from colonnade_api.models.crossvalidation import CrossValidation
from colonnade_api.models.fairness import Fairness, Group, SensitiveColumn
from colonnade_api.models.gates import Gate
from colonnade_api.models.modelversion import Approval, ModelVersion, ModelVersionSpec, ModelVersionStatus
from colonnade_api.models.results import (
    ApprovalState,
    ComparedMetric,
    ComparedRows,
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
    TensorGroup,
)
from colonnade_api.models.training import Encode, Estimator, Features, Preprocessing, Training
from colonnade_api.monitoring.monitorpolicy import (
    MonitorPolicy,
    MonitorPolicySpec,
    MonitorPolicyStatus,
    NoData,
    Prometheus,
    SignalStatus,
    Target,
)
from colonnade_api.monitoring.moved import FeatureVerdict
from colonnade_api.monitoring.signals import (
    UNITS,
    DataQualitySignal,
    ErrorRateSignal,
    EstimatedQualitySignal,
    FairnessSignal,
    FeatureDriftSignal,
    LatencySignal,
    PredictionDriftSignal,
    PromQLSignal,
    QualitySignal,
    Signal,
)
from colonnade_api.workload import Resources

KINDS: tuple[type[Resource], ...] = (Dataset, ModelVersion, Deployment, MonitorPolicy)

__all__ = [
    "API_VERSION",
    "GROUP",
    "KINDS",
    "UNITS",
    "VERSION",
    "Approval",
    "ApprovalState",
    "BlueGreen",
    "Canary",
    "CandidateRevision",
    "CleaningStep",
    "ColumnRule",
    "ComparedMetric",
    "ComparedRows",
    "Comparison",
    "Condition",
    "CrossValidation",
    "DataQualitySignal",
    "DataSource",
    "Dataset",
    "DatasetSpec",
    "DatasetStatus",
    "DatasetVersion",
    "Deployment",
    "DeploymentSpec",
    "DeploymentStatus",
    "Duration",
    "Encode",
    "ErrorRateSignal",
    "EstimatedQualitySignal",
    "Estimator",
    "Fairness",
    "FairnessSignal",
    "FeatureDriftSignal",
    "FeatureVerdict",
    "Features",
    "FoldMetric",
    "Gate",
    "GateVerdict",
    "Group",
    "HandledCommands",
    "HeldOut",
    "LatencyQuantiles",
    "LatencySignal",
    "Lineage",
    "Metric",
    "ModelSource",
    "ModelVersion",
    "ModelVersionSpec",
    "ModelVersionStatus",
    "MonitorPolicy",
    "MonitorPolicySpec",
    "MonitorPolicyStatus",
    "NoData",
    "ObjectMeta",
    "ObjectRef",
    "Outages",
    "Parity",
    "Pause",
    "PinnedDataset",
    "PredictionDriftSignal",
    "Preprocessing",
    "PromQLSignal",
    "Prometheus",
    "QualitySignal",
    "RejectedRevision",
    "Resource",
    "Resources",
    "RetryOnStable",
    "Rollback",
    "Rollout",
    "SensitiveColumn",
    "ServedModel",
    "ServedRevision",
    "Serving",
    "Signal",
    "SignalStatus",
    "Signature",
    "Split",
    "Status",
    "Step",
    "StepStatus",
    "Strategy",
    "Table",
    "Target",
    "TensorGroup",
    "Training",
    "Validation",
    "Verdict",
    "format_duration",
    "parse_duration",
]
