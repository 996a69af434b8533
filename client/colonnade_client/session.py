"""What every object of a Client shares."""

from dataclasses import dataclass, field
from typing import Any

from colonnade_access import Cluster

SYSTEM_NAMESPACE = "colonnade-system"


@dataclass(frozen=True)
class Session:
    """store_options: for obstore, where the store is a bucket. router_url: where the router answers from here."""

    cluster: Cluster
    system_namespace: str = SYSTEM_NAMESPACE
    store_options: dict[str, Any] = field(default_factory=dict)
    router_url: str | None = None

    @property
    def namespace(self) -> str:
        return self.cluster.namespace

    @property
    def system(self) -> Cluster:
        """The namespace that Colonnade itself runs in."""
        return Cluster(self.cluster.api, self.system_namespace)
