"""The agent's state in, Envoy's resources out: pure, and quick where little has changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message

from colonnade.router import clusters, encode, names, routes
from colonnade.router.listener import listener
from colonnade.router.state import Endpoint, Name, Revision, State, TrafficSplit
from colonnade.router.weights import TTL_SECONDS, Weights, layer

CLUSTERS = encode.type_url(encode.CLUSTER)
ENDPOINTS = encode.type_url(encode.ENDPOINTS)
LISTENERS = encode.type_url(encode.LISTENER)
ROUTES = encode.type_url(encode.ROUTES)
RUNTIME = encode.type_url(encode.RUNTIME)

# What a later kind refers to must be there before it: make before break.
ORDER = (CLUSTERS, ENDPOINTS, LISTENERS, ROUTES, RUNTIME)

REMEMBERED = 32_768


@dataclass(frozen=True)
class Resources:
    """All resources of one kind, by name. `version` follows from what they say."""

    version: str
    by_name: Mapping[str, any_pb2.Any]


@dataclass(frozen=True)
class Snapshot:
    """What one Envoy is to be told, and what it means: `splits` for the routes, `weights` for the runtime layer."""

    resources: Mapping[str, Resources]
    splits: tuple[TrafficSplit, ...]
    weights: Weights


def snapshot(state: State, weighted: Weights, port: int) -> Snapshot:
    """port: where Envoy takes requests."""
    stable = {split.deployment: split.stable for split in state.splits}
    revisions = sorted(_revisions(state))
    kinds = {
        CLUSTERS: _named(_clusters(revisions, stable)),
        ENDPOINTS: _named(
            (names.cluster(one), _load_assignment(one, state.endpoints.get(one, ()))) for one in revisions
        ),
        LISTENERS: _named([(names.LISTENER, _listener(port))]),
        ROUTES: _named([(names.ROUTES, encode.packed(_route_table(state)))]),
        RUNTIME: _named([(names.WEIGHTS, _weights(weighted))]),
    }
    return Snapshot(kinds, state.splits, weighted)


def _revisions(state: State) -> set[Revision]:
    """Those that a status names, and those that still have pods: requests may be under way there."""
    named = {
        Revision(split.deployment, one) for split in state.splits for one in (split.stable, split.candidate) if one
    }
    return named | {revision for revision, endpoints in state.endpoints.items() if endpoints}


def _clusters(revisions: Iterable[Revision], stable: Mapping[Name, str | None]) -> Iterable[tuple[str, any_pb2.Any]]:
    for revision in revisions:
        serving = stable.get(revision.deployment)
        yield from _revision_clusters(revision, serving == revision.revision)
        if serving:
            yield from _fallback_clusters(revision, serving)


def _route_table(state: State) -> Message:
    namespaces = defaultdict(list)
    for split in state.splits:
        namespaces[split.deployment.name].append(split.deployment.namespace)
    ready = {split.deployment: state.serves(split.deployment, split.stable) for split in state.splits}
    table = encode.message(encode.ROUTES, {"name": names.ROUTES, "ignore_port_in_host_matching": True})
    hosts: list[Message] = table.virtual_hosts  # type: ignore[attr-defined]
    splits = [replace(split, weight=0) for split in state.splits]  # a new weight is no new route
    hosts.extend(
        _deployment_host(one, ready[one.deployment], len(namespaces[one.deployment.name]) == 1, state.cluster_domain)
        for one in splits
    )
    hosts.extend(_ambiguous_host(name, tuple(where)) for name, where in sorted(namespaces.items()) if len(where) > 1)
    hosts.append(
        _other_hosts([_by_path(one, ready[one.deployment]) for one in splits], [one.deployment for one in splits])
    )
    return table


def _other_hosts(by_path: Iterable[Message], deployments: Sequence[Name]) -> Message:
    found = _virtual_host(routes.other_hosts(deployments))
    nowhere = found.routes.pop()  # type: ignore[attr-defined]
    for host in by_path:
        found.routes.extend(host.routes)  # type: ignore[attr-defined]
    found.routes.append(nowhere)  # type: ignore[attr-defined]
    return found


def _named(resources: Iterable[tuple[str, any_pb2.Any]]) -> Resources:
    by_name = dict(resources)
    digest = sha256()
    for name, resource in by_name.items():
        digest.update(name.encode() + b"\0" + resource.value)
    return Resources(digest.hexdigest()[:16], by_name)


@lru_cache(REMEMBERED)
def _revision_clusters(revision: Revision, is_stable: bool) -> tuple[tuple[str, any_pb2.Any], ...]:
    return _packed_clusters(
        clusters.revision_cluster(revision, is_stable=is_stable), clusters.grpc_cluster(revision, is_stable=is_stable)
    )


@lru_cache(REMEMBERED)
def _fallback_clusters(revision: Revision, stable: str) -> tuple[tuple[str, any_pb2.Any], ...]:
    return _packed_clusters(
        clusters.fallback_cluster(revision, stable), clusters.fallback_grpc_cluster(revision, stable)
    )


def _packed_clusters(*made: dict[str, Any]) -> tuple[tuple[str, any_pb2.Any], ...]:
    return tuple((one["name"], encode.packed(encode.message(encode.CLUSTER, one))) for one in made)


@lru_cache(REMEMBERED)
def _load_assignment(revision: Revision, endpoints: tuple[Endpoint, ...]) -> any_pb2.Any:
    return encode.packed(encode.message(encode.ENDPOINTS, clusters.load_assignment(revision, endpoints)))


@lru_cache(REMEMBERED)
def _deployment_host(split: TrafficSplit, ready: bool, bare: bool, cluster_domain: str) -> Message:
    return _virtual_host(routes.deployment_host(split, cluster_domain, ready=ready, bare=bare))


@lru_cache(REMEMBERED)
def _ambiguous_host(name: str, namespaces: tuple[str, ...]) -> Message:
    return _virtual_host(routes.ambiguous_host(name, namespaces))


@lru_cache(REMEMBERED)
def _by_path(split: TrafficSplit, ready: bool) -> Message:
    return _virtual_host(routes.by_path(split, ready=ready))


@lru_cache(1)
def _listener(port: int) -> any_pb2.Any:
    return encode.packed(encode.message(encode.LISTENER, listener(port)))


def _weights(weighted: Weights) -> any_pb2.Any:
    runtime = encode.packed(encode.message(encode.RUNTIME, layer(weighted)))
    if not weighted:
        return runtime
    ttl = duration_pb2.Duration(seconds=int(TTL_SECONDS))
    return encode.packed(encode.RESOURCE(name=names.WEIGHTS, ttl=ttl, resource=runtime))


def _virtual_host(fields: dict[str, Any]) -> Message:
    return encode.message(encode.VIRTUAL_HOST, fields)
