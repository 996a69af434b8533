"""What the agent knows: where each Deployment's traffic should go, and which pods can take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from colonnade_api.deployments.strategy import RetryOnStable
from colonnade_api.installation import CLUSTER_DOMAIN


class Name(NamedTuple):
    """A Deployment's identity in the cluster."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class Revision(NamedTuple):
    """One revision of a Deployment; `/`-joined it names the revision's cluster in Envoy and in its metrics."""

    deployment: Name
    revision: str

    def __str__(self) -> str:
        return f"{self.deployment}/{self.revision}"


class Endpoint(NamedTuple):
    address: str
    port: int


@dataclass(frozen=True)
class TrafficSplit:
    """What a Deployment's status says; `weight` is the candidate's share in whole percent."""

    deployment: Name
    stable: str | None
    candidate: str | None = None
    weight: int = 0
    retry: RetryOnStable = field(default_factory=RetryOnStable)


@dataclass(frozen=True)
class State:
    """`endpoints` holds, for each revision whose Service exists, the pods that are ready and not on their way out."""

    splits: tuple[TrafficSplit, ...] = ()
    endpoints: Mapping[Revision, tuple[Endpoint, ...]] = field(default_factory=dict)
    cluster_domain: str = CLUSTER_DOMAIN

    def serves(self, deployment: Name, revision: str | None) -> bool:
        return revision is not None and bool(self.endpoints.get(Revision(deployment, revision)))
