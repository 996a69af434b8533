"""Each revision is a cluster of its own; beside it stands one that tries the revision first and stable next.

Both stand there twice, for REST over HTTP/1.1 and for gRPC, which is HTTP/2: serving pods tell them apart on one port.
"""

from typing import Any

from colonnade.router import names
from colonnade.router.state import Endpoint, Revision

CONNECT_TIMEOUT = "0.5s"
IDLE_TIMEOUT = (
    "4s"  # below the 5 s after which common Python servers close a connection: an idle one isn't picked while it dies
)
UNLIMITED = (
    1_000_000  # Envoy's own defaults (1,024 requests, three retries at a time) would pass a candidate's failures on
)

ADS = {"ads": {}, "resource_api_version": "V3"}
HTTP_PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
AGGREGATE = "envoy.extensions.clusters.aggregate.v3.ClusterConfig"

# Only stable: a candidate's pods stay in rotation whatever they do, so that the verdict sees all that they do.
OUTLIERS = {
    "interval": "1s",
    "base_ejection_time": "3s",
    "max_ejection_time": "30s",
    "max_ejection_percent": 50,
    "split_external_local_origin_errors": True,
    "consecutive_local_origin_failure": 3,
    "enforcing_consecutive_local_origin_failure": 100,
    "enforcing_local_origin_success_rate": 0,
    "enforcing_consecutive_5xx": 0,
    "enforcing_consecutive_gateway_failure": 0,
    "enforcing_success_rate": 0,
}


def revision_cluster(revision: Revision, *, is_stable: bool) -> dict[str, Any]:
    return {
        "name": names.cluster(revision),
        "type": "EDS",
        "eds_cluster_config": {"eds_config": ADS},
        "connect_timeout": CONNECT_TIMEOUT,
        "lb_policy": "LEAST_REQUEST",
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": _no_limits(),
        "ignore_health_on_host_removal": True,
        "upstream_connection_options": {
            "tcp_keepalive": {"keepalive_time": 10, "keepalive_interval": 3, "keepalive_probes": 3}
        },
        "typed_extension_protocol_options": {HTTP_PROTOCOL_OPTIONS: _http1()},
    } | ({"outlier_detection": OUTLIERS} if is_stable else {})


def grpc_cluster(revision: Revision, *, is_stable: bool) -> dict[str, Any]:
    """The same endpoints, told once."""
    name = names.cluster(revision)
    return revision_cluster(revision, is_stable=is_stable) | {
        "name": names.over_grpc(name),
        "eds_cluster_config": {"eds_config": ADS, "service_name": name},
        "typed_extension_protocol_options": {HTTP_PROTOCOL_OPTIONS: _http2()},
    }


def fallback_cluster(revision: Revision, stable: str) -> dict[str, Any]:
    """Stable stands there twice: with all priorities tried, a second retry would begin with the candidate again."""
    fallback = names.cluster(Revision(revision.deployment, stable))
    return _aggregate(names.fallback_cluster(revision), [names.cluster(revision), fallback, fallback])


def fallback_grpc_cluster(revision: Revision, stable: str) -> dict[str, Any]:
    fallback = names.over_grpc(names.cluster(Revision(revision.deployment, stable)))
    name = names.over_grpc(names.fallback_cluster(revision))
    return _aggregate(name, [names.over_grpc(names.cluster(revision)), fallback, fallback])


def _aggregate(name: str, tried: list[str]) -> dict[str, Any]:
    config = {"@type": f"type.googleapis.com/{AGGREGATE}", "clusters": tried}
    return {
        "name": name,
        "connect_timeout": CONNECT_TIMEOUT,
        "lb_policy": "CLUSTER_PROVIDED",
        "cluster_type": {"name": "envoy.clusters.aggregate", "typed_config": config},
        "circuit_breakers": _no_limits(),
    }


def load_assignment(revision: Revision, endpoints: tuple[Endpoint, ...]) -> dict[str, Any]:
    """Each endpoint carries who it is: that is how an answer can name its revision, also after a retry."""
    identity = {
        "namespace": revision.deployment.namespace,
        "deployment": revision.deployment.name,
        "revision": revision.revision,
    }
    return {
        "cluster_name": names.cluster(revision),
        "endpoints": [
            {
                "lb_endpoints": [
                    {
                        "endpoint": {"address": {"socket_address": {"address": one.address, "port_value": one.port}}},
                        "metadata": {"filter_metadata": {names.METADATA: identity}},
                    }
                    for one in endpoints
                ]
            }
        ],
    }


def _no_limits() -> dict[str, Any]:
    counted = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
    return {"thresholds": [dict.fromkeys(counted, UNLIMITED)]}


def _http1() -> dict[str, Any]:
    return {
        "@type": f"type.googleapis.com/{HTTP_PROTOCOL_OPTIONS}",
        "common_http_protocol_options": {"idle_timeout": IDLE_TIMEOUT},
        "explicit_http_config": {"http_protocol_options": {}},
    }


def _http2() -> dict[str, Any]:
    return {
        "@type": f"type.googleapis.com/{HTTP_PROTOCOL_OPTIONS}",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
