"""What the agent is told by its environment: COLONNADE_POD_NAME, COLONNADE_NAMESPACE, COLONNADE_WATCH_NAMESPACES, …"""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from colonnade_api.installation import AGENT_PORT, CLUSTER_DOMAIN, LEASE_NAME


class Settings(BaseSettings):
    """pod_name: this router's own. namespace: where the operator's Lease is. watch_namespaces: a,b,c; empty: all."""

    model_config = SettingsConfigDict(env_prefix="COLONNADE_", frozen=True)

    pod_name: str = "colonnade-router"
    namespace: str = "colonnade-system"
    watch_namespaces: str = ""
    log_level: str = "info"

    socket: Path = Path("/run/envoy/agent.sock")
    data_port: int = 8000
    admin_port: int = 9901
    stats_port: int = 9902
    agent_port: int = AGENT_PORT
    lease_name: str = LEASE_NAME
    cluster_domain: str = CLUSTER_DOMAIN

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.admin_port}"

    @property
    def namespaces(self) -> list[str]:
        return [name.strip() for name in self.watch_namespaces.split(",") if name.strip()]
