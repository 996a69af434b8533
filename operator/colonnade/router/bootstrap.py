"""What Envoy starts from: who it is, where its agent listens, what it counts. All else comes from the agent."""

import re
from typing import Any

from colonnade.router import names, telemetry
from colonnade.router.clusters import ADS, HTTP_PROTOCOL_OPTIONS
from colonnade.router.settings import Settings

AGENT = "agent"
ADMIN = "admin"
CONNECTIONS = "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
MAX_CONNECTIONS = 10_000
EVERYWHERE = "0.0.0.0"  # noqa: S104 Prometheus and the kubelet come from outside the pod
STATS_FLUSH = "0.5s"  # histograms are as old as the last flush
CONNECTION_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = "envoy.extensions.filters.http.router.v3.Router"

# An Envoy without routes must not turn ready: it waits for the first ones as long as it takes.
PATIENT_ADS = ADS | {"initial_fetch_timeout": "0s"}

# Of Envoy's hundred counters for each cluster, those that someone looks at.
CLUSTER_STATS = (
    "membership_(healthy|total)",
    "outlier_detection.ejections_active",
    "upstream_cx_(active|connect_fail|total)",
    "upstream_rq_(active|pending_active|total|retry|retry_success|retry_overflow|per_try_timeout|[1-5]xx)",
)
OTHER_STATS = (
    "cluster_manager",
    "colonnade",
    "http.data",
    "listener",
    "listener_manager",
    "runtime",
    "server",
    "control_plane",
)


def bootstrap(settings: Settings) -> dict[str, Any]:
    return {
        "node": {"id": settings.pod_name, "cluster": "colonnade-router"},
        "admin": {"address": _address("127.0.0.1", settings.admin_port)},
        "dynamic_resources": {"ads_config": _agent_service(), "cds_config": PATIENT_ADS, "lds_config": PATIENT_ADS},
        "static_resources": {
            "clusters": [_agent_cluster(settings), _admin_cluster(settings)],
            "listeners": [_stats_listener(settings.stats_port)],
        },
        "overload_manager": {"resource_monitors": [_connection_limit()]},
        "layered_runtime": {
            "layers": [{"name": names.WEIGHTS, "rtds_layer": {"name": names.WEIGHTS, "rtds_config": PATIENT_ADS}}]
        },
        "stats_config": {
            "stats_tags": [_label(*part) for part in _labels()],
            "stats_matcher": {"inclusion_list": {"patterns": _wanted_stats()}},
            "histogram_bucket_settings": _buckets(),
        },
        "stats_flush_interval": STATS_FLUSH,
    }


def _connection_limit() -> dict[str, Any]:
    config = {"@type": f"type.googleapis.com/{CONNECTIONS}", "max_active_downstream_connections": MAX_CONNECTIONS}
    return {"name": "envoy.resource_monitors.global_downstream_max_connections", "typed_config": config}


def _agent_service() -> dict[str, Any]:
    back_off = {"base_interval": "0.2s", "max_interval": "1s"}
    service = {"envoy_grpc": {"cluster_name": AGENT, "retry_policy": {"retry_back_off": back_off}}}
    return {
        "api_type": "GRPC",
        "transport_api_version": "V3",
        "grpc_services": [service],
        "set_node_on_first_message_only": True,
    }


def _agent_cluster(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {"explicit_http_config": {"http2_protocol_options": {}}}
    typed = {HTTP_PROTOCOL_OPTIONS: {"@type": f"type.googleapis.com/{HTTP_PROTOCOL_OPTIONS}"} | options}
    cluster = _static_cluster(AGENT, {"pipe": {"path": str(settings.socket)}})
    return cluster | {"typed_extension_protocol_options": typed}


def _admin_cluster(settings: Settings) -> dict[str, Any]:
    return _static_cluster(ADMIN, _address("127.0.0.1", settings.admin_port))


def _static_cluster(name: str, address: dict[str, Any]) -> dict[str, Any]:
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}}]}]
    assignment = {"cluster_name": name, "endpoints": endpoints}
    return {"name": name, "type": "STATIC", "connect_timeout": "1s", "load_assignment": assignment}


def _stats_listener(port: int) -> dict[str, Any]:
    """What the world outside sees of the administration interface.

    /live is answered by the threads that answer clients: a main thread that has much to do, with routes or a scrape, is
    no reason to end a router that serves.
    """
    routes = [
        {"match": {"path": "/stats/prometheus"}, "route": {"cluster": ADMIN, "timeout": "10s"}},
        {"match": {"path": "/ready"}, "route": {"cluster": ADMIN, "timeout": "2s"}},
        {"match": {"path": "/live"}, "direct_response": {"status": 200, "body": {"inline_string": "live\n"}}},
    ]
    manager = {
        "@type": f"type.googleapis.com/{CONNECTION_MANAGER}",
        "stat_prefix": "stats",
        "normalize_path": True,
        "route_config": {"name": "stats", "virtual_hosts": [{"name": "stats", "domains": ["*"], "routes": routes}]},
        "http_filters": [{"name": "router", "typed_config": {"@type": f"type.googleapis.com/{ROUTER}"}}],
    }
    return {
        "name": "stats",
        "address": _address(EVERYWHERE, port),
        "ignore_global_conn_limit": True,
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }


def _labels() -> list[tuple[str, str]]:
    """`cluster.<namespace>/<deployment>/<revision>.` becomes three labels, with `+stable` at its end the first two."""
    return [
        ("colonnade_namespace", r"^cluster\.(([a-z0-9-]+)/)[a-z0-9-]+/[a-z0-9+-]+\."),
        ("colonnade_deployment", r"^cluster\.[a-z0-9-]+/(([a-z0-9-]+)/)[a-z0-9+-]+\."),
        ("colonnade_revision", r"^cluster\.[a-z0-9-]+/[a-z0-9-]+/(([a-z0-9-]+)\.)"),
    ]


def _label(name: str, regex: str) -> dict[str, str]:
    return {"tag_name": name, "regex": regex}


def _wanted_stats() -> list[dict[str, Any]]:
    cluster = rf"cluster\.[^.]+\.({'|'.join(CLUSTER_STATS)})"
    others = rf"({'|'.join(re.escape(name) for name in OTHER_STATS)})\..*"
    return [{"safe_regex": {"regex": regex}} for regex in (cluster, others)]


def _buckets() -> list[dict[str, Any]]:
    bounds = telemetry.bucket_bounds()
    in_milliseconds = [bound / 1000 for bound in bounds]
    return [
        {"match": {"prefix": "colonnade.answer_us"}, "buckets": bounds},
        {"match": {"prefix": "colonnade.unanswered_ms"}, "buckets": in_milliseconds},
    ]


def _address(address: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": address, "port_value": port}}
