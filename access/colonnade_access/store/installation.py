"""What the chart tells every user of this installation, in the ConfigMap colonnade-info."""

from dataclasses import dataclass

from colonnade_access.cluster import Cluster
from colonnade_access.errors import ColonnadeError
from colonnade_api.kinds import CONFIG_MAPS

INFO = "colonnade-info"
SYSTEM_NAMESPACE = "colonnade-system"


@dataclass(frozen=True)
class Installation:
    """`store` is the artifact store's URL; the `store_…` settings are those of the claim behind file:///store."""

    jobs_image: str
    store: str
    pull_policy: str
    pull_secrets: tuple[str, ...]
    store_size: str
    store_class: str
    store_access_mode: str

    @property
    def bucket(self) -> str | None:
        """The store's URL when it is a bucket, which needs no pod of ours to be written to."""
        return None if self.store.startswith("file:") else self.store


def installation(cluster: Cluster, system_namespace: str = SYSTEM_NAMESPACE) -> Installation:
    """Raises ColonnadeError when there is no such ConfigMap."""
    found = cluster.find(CONFIG_MAPS, INFO, system_namespace)
    if found is None:
        raise ColonnadeError(
            f"no ConfigMap {INFO} in namespace {system_namespace}: Colonnade is not installed there; "
            "name its namespace (--system-namespace, or system_namespace=), or install the chart"
        )
    data = found["data"]
    return Installation(
        jobs_image=data["jobsImage"],
        store=data["store"],
        pull_policy=data["imagePullPolicy"],
        pull_secrets=tuple(name for name in data["imagePullSecrets"].split(",") if name),
        store_size=data["storeSize"],
        store_class=data["storeClass"],
        store_access_mode=data["storeAccessMode"],
    )
