"""What the agent is told by its environment: COLONNADE_POD_NAME, COLONNADE_NAMESPACE, COLONNADE_WATCH_NAMESPACES, …"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from colonnade_api.installation import AGENT_PORT, CLUSTER_DOMAIN, LEASE_NAME


class Settings(BaseSettings):
    """The ports are those of its own pod."""

    model_config = SettingsConfigDict(env_prefix="COLONNADE_", frozen=True)

    pod_name: str = Field(
        default="colonnade-router", description="This router's name, as Envoy and its status tell it."
    )
    namespace: str = Field(default="colonnade-system", description="Where the operator's Lease is.")
    watch_namespaces: str = Field(default="", description="Looked after, comma-separated; empty: all of them.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What is logged.")

    socket: Path = Field(default=Path("/run/envoy/agent.sock"), description="Where its Envoy asks it what to do.")
    data_port: int = Field(default=8000, description="Where Envoy takes clients' requests.")
    admin_port: int = Field(default=9901, description="Envoy's own administration, on the loopback address.")
    stats_port: int = Field(default=9902, description="Where Prometheus scrapes Envoy.")
    agent_port: int = Field(default=AGENT_PORT, description="Where it answers /applied, /healthz and /metrics.")
    lease_name: str = Field(
        default=LEASE_NAME, description="The operator's Lease: while it changes, weights are renewed."
    )
    cluster_domain: str = Field(default=CLUSTER_DOMAIN, description="The domain of the cluster's names.")

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.admin_port}"

    @property
    def namespaces(self) -> list[str]:
        return [name.strip() for name in self.watch_namespaces.split(",") if name.strip()]
