"""What the chart tells every user of this installation, in the ConfigMap colonnade-info."""

from dataclasses import dataclass

from colonnade_access.cluster import Cluster
from colonnade_access.errors import ColonnadeError
from colonnade_access.references import Object
from colonnade_api.kinds import CONFIG_MAPS
from colonnade_api.stores import root_of

INFO = "colonnade-info"
SYSTEM_NAMESPACE = "colonnade-system"


@dataclass(frozen=True)
class Installation:
    """`store` is the artifact store's URL; the `store_…` settings are those of the claim behind file:///store.

    stores_by_namespace: some namespaces have another store, which the status of their objects alone tells.
    public_keys: in PEM, of those whose models are served; allow_unsigned: whether unsigned ones are, too.
    """

    jobs_image: str
    store: str
    pull_policy: str
    pull_secrets: tuple[str, ...]
    store_size: str
    store_class: str
    store_access_mode: str
    stores_by_namespace: bool = False
    public_keys: str = ""
    allow_unsigned: bool = False

    def bucket_of(self, owner: Object) -> str | None:
        """The URI below which an object's artifacts lie when that is in a bucket, which needs no pod of ours to be
        read or written; None of a claim.

        Raises ColonnadeError where that can't be known yet.
        """
        about, told = owner["metadata"], (owner.get("status") or {}).get("storeUri")
        if not told and self.stores_by_namespace:
            raise ColonnadeError(
                f"the operator hasn't looked at {about['name']} yet, which says where its namespace's store is: try "
                "again in a moment"
            )
        root = told or root_of(self.store, about["namespace"])
        return None if root.startswith("file:") else root


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
        stores_by_namespace=data.get("storesByNamespace") == "true",
        public_keys=data.get("publicKeys", ""),
        allow_unsigned=data.get("allowUnsigned") == "true",
    )
