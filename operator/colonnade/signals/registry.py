"""Every type of signal: how it is asked for, read and judged. A new type is a file here, one in the API, and a line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from colonnade.signals import (
    data_quality,
    error_rate,
    estimated_quality,
    fairness,
    feature_drift,
    latency,
    prediction_drift,
    promql,
    quality,
)
from colonnade.signals.evidence import Exposure, SignalEvidence
from colonnade.signals.reading import About, Reading, Seen
from colonnade_api import (
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
    Verdict,
)

S = TypeVar("S", bound=Signal)


@dataclass(frozen=True)
class SignalType(Generic[S]):
    """query: PromQL that a person may ask again. read: evidence out of what was answered. judge: a verdict on it.

    durations: it needs how long tries took. own_query: `query` is asked for itself; its answer is in Seen.numbers.
    of_pods: it needs nothing of the routers, and watches what serves for as long as it serves.
    """

    query: Callable[[S, About], str]
    read: Callable[[S, About, Seen], Reading]
    judge: Callable[[S, SignalEvidence], Verdict]
    durations: bool = False
    own_query: bool = False
    of_pods: bool = False


def _of_pods(
    query: Callable[[S, About], str],
    read: Callable[[S, About, Seen], Reading],
    judge: Callable[[S, SignalEvidence], Verdict],
) -> SignalType[S]:
    return SignalType(query, read, judge, own_query=True, of_pods=True)


TYPES: Mapping[type, SignalType[Any]] = {
    ErrorRateSignal: SignalType(error_rate.query, error_rate.read, error_rate.judge),
    LatencySignal: SignalType(latency.query, latency.read, latency.judge, durations=True),
    PromQLSignal: SignalType(promql.query, promql.read, promql.judge, own_query=True),
    FeatureDriftSignal: _of_pods(feature_drift.query, feature_drift.read, feature_drift.judge),
    PredictionDriftSignal: _of_pods(prediction_drift.query, prediction_drift.read, prediction_drift.judge),
    DataQualitySignal: _of_pods(data_quality.query, data_quality.read, data_quality.judge),
    QualitySignal: _of_pods(quality.query, quality.read, quality.judge),
    EstimatedQualitySignal: _of_pods(estimated_quality.query, estimated_quality.read, estimated_quality.judge),
    FairnessSignal: _of_pods(fairness.query, fairness.read, fairness.judge),
}


def measured(signals: tuple[Signal, ...], exposure: Exposure) -> tuple[Signal, ...]:
    """Those that are: of what merely serves, what its pods count, and what it may be trained again for."""
    return tuple(
        signal for signal in signals if not exposure.standing or type_of(signal).of_pods or signal.action == "Retrain"
    )


def type_of(signal: Signal) -> SignalType[Any]:
    return TYPES[type(signal)]
