"""What can be measured on a candidate, and what follows from a breach: a file a type, told apart by `type`."""

from typing import Annotated, get_args

from pydantic import Field

from colonnade_api.monitoring.signals.common import SignalPart
from colonnade_api.monitoring.signals.data_quality import DataQualitySignal
from colonnade_api.monitoring.signals.drift import FeatureDriftSignal, PredictionDriftSignal
from colonnade_api.monitoring.signals.error_rate import ErrorRateSignal
from colonnade_api.monitoring.signals.fairness import FairnessSignal
from colonnade_api.monitoring.signals.latency import LatencySignal
from colonnade_api.monitoring.signals.promql import PromQLSignal
from colonnade_api.monitoring.signals.quality import EstimatedQualitySignal, QualitySignal

Signal = Annotated[
    ErrorRateSignal
    | LatencySignal
    | PromQLSignal
    | FeatureDriftSignal
    | PredictionDriftSignal
    | DataQualitySignal
    | QualitySignal
    | EstimatedQualitySignal
    | FairnessSignal,
    Field(
        discriminator="type",
        description="One thing that is measured on the candidate.",
        json_schema_extra={"noun": "signal"},
    ),
]

TYPES: tuple[type[SignalPart], ...] = (
    ErrorRateSignal,
    LatencySignal,
    PromQLSignal,
    FeatureDriftSignal,
    PredictionDriftSignal,
    DataQualitySignal,
    QualitySignal,
    EstimatedQualitySignal,
    FairnessSignal,
)
UNITS = {get_args(each.model_fields["type"].annotation)[0]: each.unit for each in TYPES}
"""By type."""

__all__ = [
    "UNITS",
    "DataQualitySignal",
    "ErrorRateSignal",
    "EstimatedQualitySignal",
    "FairnessSignal",
    "FeatureDriftSignal",
    "LatencySignal",
    "PredictionDriftSignal",
    "PromQLSignal",
    "QualitySignal",
    "Signal",
]
