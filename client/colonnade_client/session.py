"""What every object of a Client shares."""

from dataclasses import dataclass

from colonnade_access import Cluster
from colonnade_access.reading import Place


@dataclass(frozen=True)
class Session(Place):
    """router_url: where the router answers from here."""

    router_url: str | None = None

    @property
    def system(self) -> Cluster:
        """The namespace that Colonnade itself runs in."""
        return Cluster(self.cluster.api, self.system_namespace)
