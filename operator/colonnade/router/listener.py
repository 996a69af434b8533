"""The one port where requests come in."""

from typing import Any

from colonnade.router import names, telemetry
from colonnade.router.clusters import ADS
from colonnade.router.routes import REQUEST_TIMEOUT_SECONDS, RETRY_AFTER_SECONDS

CONNECTION_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
MUTATION = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
ROUTER = "envoy.extensions.filters.http.router.v3.Router"
EVERYWHERE = "0.0.0.0"  # noqa: S104 it is there to be reached
NO_POD = f"no pod of this Deployment can be reached; try again in {RETRY_AFTER_SECONDS} s"
TOO_LATE = f"no answer within the router's time limit of {REQUEST_TIMEOUT_SECONDS} s"


def listener(port: int) -> dict[str, Any]:
    return {
        "name": names.LISTENER,
        "address": {"socket_address": {"address": EVERYWHERE, "port_value": port}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": _connection_manager()}]}],
    }


def _connection_manager() -> dict[str, Any]:
    return {
        "@type": f"type.googleapis.com/{CONNECTION_MANAGER}",
        "stat_prefix": names.LISTENER,
        "rds": {"config_source": ADS, "route_config_name": names.ROUTES},
        "http_filters": [{"name": "router", "typed_config": _router()}],
        "access_log": telemetry.per_request(),
        "local_reply_config": _own_answers(),
        "use_remote_address": True,
        "early_header_mutation_extensions": [_no_orders_from_clients()],
        "normalize_path": True,
        "merge_slashes": True,
        "strip_trailing_host_dot": True,
        "stream_idle_timeout": "300s",
        "request_headers_timeout": "30s",
        "common_http_protocol_options": {"idle_timeout": "900s"},
        "http2_protocol_options": {"max_concurrent_streams": 1024},
    }


def _no_orders_from_clients() -> dict[str, Any]:
    """A client's own x-envoy-* headers could change retries and timeouts."""
    config = {
        "@type": f"type.googleapis.com/{MUTATION}",
        "mutations": [{"remove_on_match": {"key_matcher": {"prefix": "x-envoy-"}}}],
    }
    return {"name": "envoy.http.early_header_mutation.header_mutation", "typed_config": config}


def _router() -> dict[str, Any]:
    return {
        "@type": f"type.googleapis.com/{ROUTER}",
        "suppress_envoy_headers": True,
        "upstream_log": telemetry.per_try(),
    }


def _own_answers() -> dict[str, Any]:
    """Whatever the router itself has to say is {"error": ...}, as the Open Inference Protocol has it."""
    return {
        "mappers": [
            {"filter": _flagged("UH", "UF"), "body": {"inline_string": NO_POD}, "headers_to_add": [_retry_after()]},
            {"filter": _flagged("UT"), "body": {"inline_string": TOO_LATE}},
            {"filter": _status(503), "headers_to_add": [_retry_after()]},
        ],
        "body_format": {"json_format": {"error": "%LOCAL_REPLY_BODY%"}, "content_type": "application/json"},
    }


def _flagged(*flags: str) -> dict[str, Any]:
    return {"response_flag_filter": {"flags": list(flags)}}


def _status(code: int) -> dict[str, Any]:
    value = {"default_value": code, "runtime_key": f"colonnade.own_answers.{code}"}
    return {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}}


def _retry_after() -> dict[str, Any]:
    header = {"key": "retry-after", "value": str(RETRY_AFTER_SECONDS)}
    return {"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
