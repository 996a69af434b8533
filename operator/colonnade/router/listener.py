"""The one port where requests come in."""

from typing import Any

from colonnade.router import names, telemetry
from colonnade.router.clusters import ADS
from colonnade.router.requests import REQUEST_TIMEOUT_SECONDS
from colonnade.router.routes import RETRY_AFTER_SECONDS

CONNECTION_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
MUTATION = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
ROUTER = "envoy.extensions.filters.http.router.v3.Router"
EVERYWHERE = "0.0.0.0"  # noqa: S104 it is there to be reached
DEADLINE_EXCEEDED = 4  # of gRPC's codes
PLAIN = {"body_format_override": {"text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"}}}
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
    """Whatever the router itself has to say is {"error": ...}, as the Open Inference Protocol has it.

    gRPC has it as grpc-message, in plain words.
    """
    later = {"headers_to_add": [_header("retry-after", RETRY_AFTER_SECONDS)]}
    again = {"headers_to_add": [_header("grpc-retry-pushback-ms", RETRY_AFTER_SECONDS * 1000)]}
    too_late = {"headers_to_add": [_header("grpc-status", DEADLINE_EXCEEDED)]}
    no_pod, late = {"body": {"inline_string": NO_POD}}, {"body": {"inline_string": TOO_LATE}}
    return {
        "mappers": [
            {"filter": _grpc(_flagged("UH", "UF"))} | no_pod | again | PLAIN,
            {"filter": _grpc(_flagged("UT"))} | late | too_late | PLAIN,
            {"filter": _grpc(_status(503))} | again | PLAIN,
            {"filter": telemetry.grpc_alone()} | PLAIN,
            {"filter": _flagged("UH", "UF")} | no_pod | later,
            {"filter": _flagged("UT")} | late,
            {"filter": _status(503)} | later,
        ],
        "body_format": {"json_format": {"error": "%LOCAL_REPLY_BODY%"}, "content_type": "application/json"},
    }


def _flagged(*flags: str) -> dict[str, Any]:
    return {"response_flag_filter": {"flags": list(flags)}}


def _status(code: int) -> dict[str, Any]:
    value = {"default_value": code, "runtime_key": f"colonnade.own_answers.{code}"}
    return {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}}


def _grpc(one: dict[str, Any]) -> dict[str, Any]:
    return {"and_filter": {"filters": [telemetry.grpc_alone(), one]}}


def _header(name: str, value: int) -> dict[str, Any]:
    return {"header": {"key": name, "value": str(value)}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
