"""Resources as Envoy's documentation writes them, into protobuf."""

from typing import Any

from envoy.config.cluster.v3 import cluster_pb2
from envoy.config.endpoint.v3 import endpoint_pb2
from envoy.config.listener.v3 import listener_pb2
from envoy.config.route.v3 import route_components_pb2, route_pb2
from envoy.extensions.clusters.aggregate.v3 import cluster_pb2 as aggregate_pb2
from envoy.extensions.filters.http.router.v3 import router_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import http_connection_manager_pb2
from envoy.extensions.http.early_header_mutation.header_mutation.v3 import header_mutation_pb2
from envoy.extensions.retry.host.previous_hosts.v3 import previous_hosts_pb2
from envoy.extensions.retry.priority.previous_priorities.v3 import previous_priorities_config_pb2
from envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2
from envoy.service.discovery.v3 import discovery_pb2
from envoy.service.runtime.v3 import rtds_pb2
from google.protobuf import any_pb2
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from xds.type.v3 import typed_struct_pb2  # type: ignore[import-untyped]

# What lies inside an Any is found by name among the types that were imported.
NESTED = (
    aggregate_pb2,
    header_mutation_pb2,
    http_connection_manager_pb2,
    http_protocol_options_pb2,
    previous_hosts_pb2,
    previous_priorities_config_pb2,
    router_pb2,
    typed_struct_pb2,
)

CLUSTER = cluster_pb2.Cluster
ENDPOINTS = endpoint_pb2.ClusterLoadAssignment
LISTENER = listener_pb2.Listener
ROUTES = route_pb2.RouteConfiguration
VIRTUAL_HOST = route_components_pb2.VirtualHost
RUNTIME = rtds_pb2.Runtime
RESOURCE = discovery_pb2.Resource


def message(kind: Any, fields: dict[str, Any]) -> Message:
    """Raises google.protobuf.json_format.ParseError for a field that Envoy doesn't have."""
    parsed: Message = ParseDict(fields, kind())
    return parsed


def packed(resource: Message) -> any_pb2.Any:
    wrapped = any_pb2.Any()
    wrapped.Pack(resource, deterministic=True)
    return wrapped


def type_url(kind: Any) -> str:
    """By which name the discovery protocol asks for resources of this kind."""
    return f"type.googleapis.com/{kind.DESCRIPTOR.full_name}"
