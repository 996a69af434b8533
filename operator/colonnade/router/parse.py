"""Kubernetes' objects, as dictionaries, into the agent's words."""

from collections.abc import Mapping
from typing import Any

from colonnade.router.state import Endpoint, Name, Revision, TrafficSplit
from colonnade_api.deployments.strategy import RetryOnStable
from colonnade_api.wellknown import DEPLOYMENT_LABEL, REVISION_LABEL

Manifest = Mapping[str, Any]

PORT_NAME = "http"


def split(deployment: Manifest) -> TrafficSplit:
    """A status without a stable revision, or none at all, is a Deployment that can't answer yet."""
    metadata, status = deployment["metadata"], deployment.get("status") or {}
    stable, candidate = status.get("stable") or {}, status.get("candidate") or {}
    return TrafficSplit(
        deployment=Name(metadata["namespace"], metadata["name"]),
        stable=stable.get("revision"),
        candidate=candidate.get("revision"),
        weight=min(100, max(0, int(candidate.get("weight") or 0))),
        retry=_retry_on_stable(deployment),
    )


def revision_of(endpoint_slice: Manifest) -> Revision | None:
    """None for a slice that is none of ours."""
    metadata = endpoint_slice["metadata"]
    labels = metadata.get("labels") or {}
    if not labels.get(DEPLOYMENT_LABEL) or not labels.get(REVISION_LABEL):
        return None
    return Revision(Name(metadata["namespace"], labels[DEPLOYMENT_LABEL]), labels[REVISION_LABEL])


def endpoints(endpoint_slice: Manifest) -> tuple[Endpoint, ...]:
    """The pods that can take a request: ready, and not terminating."""
    port = next((port["port"] for port in endpoint_slice.get("ports") or () if port.get("name") == PORT_NAME), None)
    if port is None or endpoint_slice.get("addressType") == "FQDN":
        return ()
    takes_requests = [
        one for one in endpoint_slice.get("endpoints") or () if _takes_requests(one.get("conditions") or {})
    ]
    return tuple(Endpoint(one["addresses"][0], port) for one in takes_requests)


def _takes_requests(conditions: Manifest) -> bool:
    return conditions.get("ready") is not False and not conditions.get("terminating")


def _retry_on_stable(deployment: Manifest) -> RetryOnStable:
    """As the API has it; a field of a newer one is let pass."""
    strategy = (deployment.get("spec") or {}).get("strategy") or {}
    wanted = (strategy.get("canary") or {}).get("retryOnStable") or {}
    return RetryOnStable.model_validate({name: wanted[name] for name in RetryOnStable.model_fields if name in wanted})
