"""Every type of signal: how it is asked for, read and judged. A new type is a file here, one in the API, and a line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from colonnade.signals import error_rate, latency, promql
from colonnade.signals.evidence import SignalEvidence
from colonnade.signals.reading import About, Reading, Seen
from colonnade_api import ErrorRateSignal, LatencySignal, PromQLSignal, Signal, Verdict

S = TypeVar("S", bound=Signal)


@dataclass(frozen=True)
class SignalType(Generic[S]):
    """query: PromQL that a person may ask again. read: evidence out of what was answered. judge: a verdict on it.

    durations: it needs how long tries took. own_query: `query` is asked for itself; its answer is in Seen.numbers.
    """

    query: Callable[[S, About], str]
    read: Callable[[S, About, Seen], Reading]
    judge: Callable[[S, SignalEvidence], Verdict]
    durations: bool = False
    own_query: bool = False


TYPES: Mapping[type, SignalType[Any]] = {
    ErrorRateSignal: SignalType(error_rate.query, error_rate.read, error_rate.judge),
    LatencySignal: SignalType(latency.query, latency.read, latency.judge, durations=True),
    PromQLSignal: SignalType(promql.query, promql.read, promql.judge, own_query=True),
}


def type_of(signal: Signal) -> SignalType[Any]:
    return TYPES[type(signal)]
