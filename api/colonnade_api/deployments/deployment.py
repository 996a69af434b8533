"""Deployment: a model, served as one revision after another, each brought in by canary or blue-green traffic."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from colonnade_api.common import (
    AGE,
    READY,
    Column,
    Count,
    Name,
    Names,
    ObjectName,
    ObjectRef,
    Resource,
    Rule,
    Sentence,
    SpecPart,
    Status,
    Uri,
)
from colonnade_api.deployments.labels import Feedback, Groups
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
from colonnade_api.deployments.strategy import DEFAULT_STRATEGY, Strategy
from colonnade_api.durations import Duration
from colonnade_api.workload import Resources


class ServedModel(SpecPart):
    """Which model, and which of its versions."""

    rules = (
        Rule(
            "!(has(self.select) && has(self.version))",
            "name one version, or let select choose it: leave out either version or select",
            lambda model: model.select is None or model.version is None,
            field=".version",
        ),
    )

    name: Name = Field(description="The model: what its ModelVersions name in spec.model.")
    select: Literal["LatestApproved"] | None = Field(
        default=None,
        description="LatestApproved: the newest version that passed its gates and, where it has to be, was approved. "
        "This holds too where neither select nor version is given.",
    )
    version: ObjectName | None = Field(
        default=None, description="Serve this ModelVersion and no other until the field is changed."
    )


class Serving(SpecPart):
    """The pods that answer. A change makes a new revision, which is brought in like a new version."""

    resources: Resources = Field(
        default=Resources(),
        description="What each serving pod asks for and may use. Left out: requests of 100m CPU and 256Mi of memory.",
    )
    grace_period: Duration = Field(
        default=timedelta(seconds=30),
        description="How long a pod that is told to stop may take to answer the requests that it has.",
    )
    feedback: Feedback | None = Field(
        default=None,
        description="Labels that come later: each answer then carries a token, x-colonnade-prediction, that is posted "
        "back with its label to /v2/models/NAME/feedback. Left out: answers carry none.",
    )
    groups: Groups | None = Field(
        default=None, description="By which groups of people answers are counted, for Fairness. Left out: by none."
    )


class Rollback(SpecPart):
    """What happens when a new revision proves bad."""

    automatic: bool = Field(
        default=True,
        description="Whether a signal with action Rollback sends all traffic back to stable by itself. False: the "
        "rollout is held instead.",
    )
    watch_after_promotion: Duration = Field(
        default=timedelta(hours=24),
        description="How long a promoted revision is still judged; the one before it is brought back when a signal "
        "fails in that time.",
    )
    history_limit: Annotated[int, Field(ge=1, le=50)] = Field(
        default=10, description="How many rollouts status.history remembers."
    )


class Traffic(SpecPart):
    """Who splits the requests."""

    provider: Literal["Envoy"] = Field(default="Envoy", description="Envoy: the router fleet that Colonnade brings.")


class DeploymentSpec(SpecPart):
    """What is served, on how many pods, and how a new revision takes over."""

    model: ServedModel = Field(description="Which model, and which of its versions.")
    replicas: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=2, description="Serving pods of the stable revision; two survive a node's drain."
    )
    serving: Serving = Field(default=Serving(), description="The pods that answer. A change makes a new revision.")
    strategy: Strategy = Field(
        default=DEFAULT_STRATEGY,
        description="How a new revision takes over: canary (a growing share of the requests) or blueGreen (all at "
        "once, after a proof). Left out: a canary of 5, 25 and 50 %.",
    )
    monitor_policy_ref: ObjectRef | None = Field(
        default=None,
        description="The MonitorPolicy whose signals judge the candidate. Left out: nothing judges "
        "it, so a rollout waits at its first weight until someone promotes it by hand.",
    )
    rollback: Rollback = Field(default=Rollback(), description="What happens when a new revision proves bad.")
    progress_deadline: Duration = Field(
        default=timedelta(minutes=10),
        description="How long a candidate may lack the ready pods that its weight needs; after that it is rolled back. "
        "Waiting for samples or for someone has no deadline.",
    )
    paused: bool = Field(
        default=False,
        description="Hold every rollout where it is: weights stay, no new revision starts. A breach still rolls back.",
    )
    traffic: Traffic = Field(default=Traffic(), description="Who splits the requests.")


class DeploymentStatus(Status):
    """Who serves, and how the rollout goes. The routers obey stable, candidate and their weights."""

    url: Uri | None = Field(default=None, description="Base URL for clients within the cluster.")
    replicas: Count = Field(default=0, description="Serving pods of the stable revision.")
    selector: Sentence | None = Field(default=None, description="Label selector of those pods, for autoscalers.")
    stable: ServedRevision | None = Field(default=None, description="The revision that is trusted.")
    candidate: CandidateRevision | None = Field(
        default=None, description="The revision that is to take over; absent when none is."
    )
    step: StepStatus | None = Field(default=None, description="Where the rollout stands.")
    handled_commands: HandledCommands | None = Field(default=None, description="What people told it, and was done.")
    outages: Outages | None = Field(default=None, description="What is missing, and since when.")
    verdicts: tuple[Verdict, ...] = Field(
        default=(),
        max_length=64,
        description="What each signal says about the candidate.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["signal"]},
    )
    rejected: tuple[RejectedRevision, ...] = Field(
        default=(),
        max_length=50,
        description="Revisions that failed here, newest first; none of them is started again by itself.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    history: tuple[Rollout, ...] = Field(
        default=(),
        max_length=50,
        description="Rollouts that are over, newest first.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )


class Deployment(Resource):
    """A model that answers at http://NAME.NAMESPACE by the Open Inference Protocol, also while its versions change.

    Short name mdep: apps/v1 has Deployments too, so write `kubectl get mdep` or `deployments.colonnade.dev`.
    """

    names: ClassVar[Names] = Names(
        plural="deployments",
        short="mdep",
        scale=True,
        columns=(
            READY,
            Column("Stable", ".status.stable.modelVersion", about="The version that is trusted."),
            Column("Candidate", ".status.candidate.modelVersion", about="The version that is to take over."),
            Column("Weight", ".status.candidate.weight", "integer", about="Percent of the requests that it is to get."),
            Column("Step", ".status.step.shown", about="Where the rollout stands, such as 2/3."),
            Column(
                "Reason",
                '.status.conditions[?(@.type=="Progressing")].reason',
                about="What the rollout does or waits for.",
            ),
            Column("URL", ".status.url", wide=True, about="Base URL for clients within the cluster."),
            Column(
                "Stable Revision", ".status.stable.revision", wide=True, about="Its bundle and settings in one name."
            ),
            Column(
                "Candidate Revision",
                ".status.candidate.revision",
                wide=True,
                about="Differs from stable's where settings alone have changed too.",
            ),
            Column(
                "Observed",
                ".status.candidate.observedWeight",
                wide=True,
                about="Percent that the candidate was seen to get.",
            ),
            AGE,
        ),
    )
    kind: Literal["Deployment"] = "Deployment"
    spec: DeploymentSpec = Field(description="What is served, on how many pods, and how a new revision takes over.")
    status: DeploymentStatus = Field(
        default=DeploymentStatus(), description="Who serves, and how the rollout goes; written by Colonnade alone."
    )
