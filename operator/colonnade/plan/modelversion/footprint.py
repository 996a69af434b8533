"""Gates on what a model costs to serve: how long a request takes, and how large the bundle is."""

from collections.abc import Iterator

from colonnade.formatting import bytes_size, milliseconds
from colonnade.plan.modelversion.bounds import Bounds, judge_bounds, unmeasured
from colonnade_api import GateVerdict, Metric, ModelVersionStatus
from colonnade_api.models.gates import LatencyGate, SizeGate
from colonnade_api.sizes import size_bytes

QUIETER = "train it where less else runs"


def judge_latency(gate: LatencyGate, status: ModelVersionStatus, bound: Bounds) -> Iterator[GateVerdict]:
    """By the quantile's interval, which a busy node widens and moves: where it can't tell, a person may. bound: what
    decides, and who."""
    bounds = Bounds(
        None, gate.max.total_seconds(), bound.bound, bound.person, more=QUIETER, over="requests", said=milliseconds
    )
    name = f"p{100 * gate.quantile:.0f}"
    subject, found = f"latency.{name}", status.latency
    if found is None:
        return unmeasured(subject, "no requests were timed when the bundle was made: make it again", bounds)
    measured: Metric = getattr(found, name)
    few = (
        f"{found.requests:,} requests are too few to tell"
        if measured.high is None and bounds.bound == "Interval"
        else ""
    )
    return judge_bounds(subject, measured.model_copy(update={"n": found.requests}), few, bounds)


def judge_size(gate: SizeGate, status: ModelVersionStatus, person: str) -> Iterator[GateVerdict]:
    """By the bundle's bytes, of which there is no doubt."""
    bounds = Bounds(None, float(size_bytes(gate.max)), "Value", person, said=bytes_size)
    if status.bytes is None:
        return unmeasured("size", "the bundle's size isn't known", bounds)
    return judge_bounds("size", Metric(value=status.bytes), "", bounds)
