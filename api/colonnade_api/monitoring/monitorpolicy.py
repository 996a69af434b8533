"""MonitorPolicy: what is measured on a Deployment, and what follows from it."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from colonnade_api.common import (
    AGE,
    READY,
    REASON,
    Column,
    Count,
    Names,
    ObjectName,
    Resource,
    Said,
    SpecPart,
    Status,
    StatusPart,
    Word,
)
from colonnade_api.durations import Duration, Period
from colonnade_api.monitoring.alerts import MOST_FIRING, AlertReceiver, FiringAlert
from colonnade_api.monitoring.retraining import MOST_RETRAININGS, Retrain, Retraining
from colonnade_api.monitoring.signals import Signal


class Prometheus(SpecPart):
    """Where the numbers come from."""

    url: Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^https?://.+$")] | None = Field(
        default=None,
        description="Base URL of a Prometheus that scrapes the router, such as http://prometheus.monitoring:9090. Left "
        "out: the one that the operator is set up with.",
    )


class NoData(SpecPart):
    """What happens when nothing can be measured. Nothing is ever promoted on missing numbers."""

    hold: Duration = Field(
        default=timedelta(minutes=10),
        description="How long a rollout is held while a signal has no data; it goes on by itself when data is back.",
    )
    then: Literal["Hold", "Rollback"] = Field(
        default="Hold",
        description="What follows when there is still none: Hold goes on holding, Rollback sends all requests to "
        "stable.",
    )


class MonitorPolicySpec(SpecPart):
    """What is measured, how often, and what follows."""

    prometheus: Prometheus = Field(default=Prometheus(), description="Where the numbers come from.")
    interval: Period = Field(default=timedelta(seconds=5), description="How often each signal is judged.")
    signals: tuple[Signal, ...] = Field(
        min_length=1,
        max_length=32,
        description="What is measured, one signal a name. A candidate gets on only while all of them pass.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    no_data: NoData = Field(default=NoData(), description="What happens when nothing can be measured.")
    alerts: tuple[AlertReceiver, ...] | None = Field(
        default=None,
        max_length=8,
        description="Who is told what fails. Left out: nobody but conditions and Events.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    retrain: Retrain | None = Field(
        default=None,
        description="What follows a breach of a signal whose action is Retrain. Left out: as if given with no field.",
    )


class SignalStatus(StatusPart):
    """What one signal says about one Deployment."""

    name: Word = Field(description="Name of the signal.")
    result: Literal["Pass", "Fail", "InsufficientSamples", "NoData", "Error"] = Field(
        description="Pass, Fail, or why neither can be said."
    )
    value: float | None = Field(default=None, description="What was measured.")
    limit: float | None = Field(default=None, description="What it was held against.")
    samples: Count | None = Field(default=None, description="Requests that the value was taken over.")
    at: datetime | None = Field(default=None, description="When the value was scraped.")


class Target(StatusPart):
    """One Deployment that this policy watches."""

    deployment: ObjectName = Field(description="Name of the Deployment.")
    signals: tuple[SignalStatus, ...] = Field(
        default=(),
        max_length=32,
        description="What each signal says about it.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )


class MonitorPolicyStatus(Status):
    """What was measured last."""

    measures: Said | None = Field(
        default=None, description="The names of all signals, since a column shows the first of a list alone."
    )
    targets: tuple[Target, ...] = Field(
        default=(),
        max_length=256,
        description="The Deployments that name this policy.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["deployment"]},
    )
    firing: tuple[FiringAlert, ...] = Field(
        default=(),
        max_length=MOST_FIRING,
        description="What spec.alerts is being told now.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    retrainings: tuple[Retraining, ...] = Field(
        default=(),
        max_length=MOST_RETRAININGS,
        description="What was trained again because a signal asked for it, the last first.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )


class MonitorPolicy(Resource):
    """What is measured on a Deployment (errors, latency, drift, any PromQL), and what follows: roll back, hold, alert,
    or retrain.

    Each verdict needs enough requests and comes with its value, limit and query in the Deployment's status.
    """

    names: ClassVar[Names] = Names(
        plural="monitorpolicies",
        short="mpol",
        columns=(
            READY,
            Column(
                "Metrics",
                '.status.conditions[?(@.type=="MetricsAvailable")].status',
                about="Whether Prometheus answers.",
            ),
            Column("Signals", ".status.measures", about="What is measured."),
            Column("Interval", ".spec.interval", about="How often."),
            REASON,
            AGE,
        ),
    )
    kind: Literal["MonitorPolicy"] = "MonitorPolicy"
    spec: MonitorPolicySpec = Field(description="What is measured, how often, and what follows.")
    status: MonitorPolicyStatus = Field(
        default=MonitorPolicyStatus(), description="What was measured last; written by Colonnade alone."
    )
