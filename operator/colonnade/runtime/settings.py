"""What the operator is told by its environment: COLONNADE_*, one variable a field."""

import socket
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from colonnade.kube.lease import Terms
from colonnade.manifests import BucketStore, Platform, Signing, Store, VolumeStore
from colonnade_api.installation import AGENT_PORT, CLUSTER_DOMAIN, LEASE_NAME

NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
STORE_URL = r"^(file:///store|s3://.+)$"
Names = Annotated[tuple[str, ...], NoDecode]


def _own_namespace() -> str:
    return NAMESPACE_FILE.read_text().strip() if NAMESPACE_FILE.exists() else "colonnade-system"


def _own_name() -> str:
    """Outside a pod: another one each time, so that a second process is never taken for the first."""
    return f"{socket.gethostname()}-{uuid4().hex[:8]}"


class NamespaceStore(BaseModel):
    """The store of one namespace, as the chart's store.namespaces has it. secretName: a Secret there."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")

    url: str = Field(pattern=STORE_URL)
    secret_name: str = ""
    endpoint: str = ""
    region: str = ""
    copied_from: tuple[str, ...] = ()


class Settings(BaseSettings):
    """`KUBECONFIG` (or ~/.kube/config) says which cluster where the operator runs outside a pod."""

    model_config = SettingsConfigDict(env_prefix="COLONNADE_", frozen=True, extra="ignore")

    namespace: str = Field(default_factory=_own_namespace, description="Where operator, Lease and routers are.")
    pod_name: str = Field(default_factory=_own_name, description="This replica's name in the Lease and in Events.")
    watch_namespaces: Names = Field(default=(), description="Looked after, comma-separated; empty: all of them.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What is logged.")
    port: int = Field(default=8080, ge=0, le=65535, description="/healthz, /readyz, /metrics; 0: any free one.")

    serving_image: str = Field(default="colonnade/serving:dev", description="What serves a model.")
    jobs_image: str = Field(default="colonnade/jobs:dev", description="What collects data and trains.")
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = Field(
        default="IfNotPresent", description="When a node pulls these two."
    )
    image_pull_secrets: Names = Field(default=(), description="Names of Secrets in each namespace, comma-separated.")

    store: str = Field(default="file:///store", pattern=STORE_URL, description="The store's URL.")
    store_size: str = Field(default="10Gi", description="Of each namespace's claim, for file:///store.")
    store_class: str = Field(default="", description="The claim's storage class; empty: the cluster's default.")
    store_access_mode: Literal["ReadWriteOnce", "ReadWriteMany"] = Field(
        default="ReadWriteOnce", description="The claim's; ReadWriteOnce binds all pods of a store to one node."
    )
    store_secret: str = Field(default="", description="A Secret in each namespace with AWS_* keys, for s3.")
    store_endpoint: str = Field(default="", description="Of a bucket that isn't at AWS, such as https://minio:9000.")
    store_region: str = Field(default="", description="The bucket's region.")

    store_copied_from: Names = Field(default=(), description="Stores of before, whose content is there now.")
    store_namespaces: dict[str, NamespaceStore] = Field(
        default={}, description="Namespaces with a store of their own, and which, as JSON."
    )
    signing_secret: str = Field(default="", description="A Secret in each namespace with private.pem; empty: unsigned.")
    public_keys: str = Field(default="", description="In PEM, of those whose models are served; empty: all are.")
    allow_unsigned: bool = Field(default=False, description="Whether unsigned models are served beside them.")

    cluster_domain: str = Field(default=CLUSTER_DOMAIN, description="The domain of the cluster's names.")
    router_service: str = Field(default="colonnade-router", description="What client Services point to.")
    router_selector: str = Field(
        default="app.kubernetes.io/name=colonnade,app.kubernetes.io/component=router",
        description="The router's pods, whose agents are asked what is in force.",
    )
    agent_port: int = Field(default=AGENT_PORT, description="Where those agents listen.")
    prometheus_url: str = Field(default="", description="Where a MonitorPolicy names none; empty: the bundled one.")

    lease_name: str = Field(default=LEASE_NAME, description="The Lease that the leader holds.")
    lease_seconds: float = Field(default=6.0, gt=0, description="A dead leader is followed after so long.")
    renew_seconds: float = Field(default=4.0, gt=0, description="A leader that can't renew for so long ends itself.")
    retry_seconds: float = Field(default=1.0, gt=0, description="Between two tries to take or renew the lease.")

    workers: int = Field(default=64, ge=1, description="Passes at a time.")
    pass_seconds: float = Field(default=30.0, gt=0, description="The longest that one pass may take.")
    resync_seconds: float = Field(default=300.0, gt=0, description="Each object gets a pass at least this often.")
    relist_seconds: float = Field(default=30.0, gt=0, description="How often the watches are held against the truth.")

    @field_validator("watch_namespaces", "image_pull_secrets", "store_copied_from", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _lease_terms_fit(self) -> "Settings":
        if not self.retry_seconds < self.renew_seconds < self.lease_seconds:
            raise ValueError(
                "COLONNADE_RETRY_SECONDS < COLONNADE_RENEW_SECONDS < COLONNADE_LEASE_SECONDS must hold, "
                f"not {self.retry_seconds} < {self.renew_seconds} < {self.lease_seconds}"
            )
        return self

    def terms(self) -> Terms:
        return Terms(self.lease_seconds, self.renew_seconds, self.retry_seconds)

    def prometheus(self) -> str:
        return self.prometheus_url or f"http://colonnade-prometheus.{self.namespace}:9090"

    def platform(self) -> Platform:
        return Platform(
            serving_image=self.serving_image,
            jobs_image=self.jobs_image,
            router_host=f"{self.router_service}.{self.namespace}.svc.{self.cluster_domain}",
            namespace=self.namespace,
            store=self._store(),
            stores={name: self._store_of(told) for name, told in self.store_namespaces.items()},
            pull_policy=self.image_pull_policy,
            pull_secrets=self.image_pull_secrets,
            signing=Signing(self.signing_secret or None, self.public_keys.strip(), self.allow_unsigned),
        )

    def _store(self) -> Store:
        before = self.store_copied_from
        if self.store.startswith("s3://"):
            secret, endpoint, region = self.store_secret, self.store_endpoint, self.store_region
            return BucketStore(self.store, secret or None, endpoint or None, region or None, before)
        return VolumeStore(self.store_size, self.store_class or None, self.store_access_mode, self.store, before)

    def _store_of(self, told: NamespaceStore) -> Store:
        """What an entry leaves out is as in the store of the others."""
        if told.url.startswith("s3://"):
            secret, endpoint = told.secret_name or self.store_secret, told.endpoint or self.store_endpoint
            region = told.region or self.store_region
            return BucketStore(told.url, secret or None, endpoint or None, region or None, told.copied_from)
        size, storage_class, mode = self.store_size, self.store_class or None, self.store_access_mode
        return VolumeStore(size, storage_class, mode, copied_from=told.copied_from)
