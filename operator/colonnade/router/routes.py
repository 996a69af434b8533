"""From host or path to a Deployment's revisions.

The table itself always says 100 % stable: a candidate's share comes by runtime key.
"""

from collections.abc import Sequence
from typing import Any

from colonnade.router import names
from colonnade.router.requests import CALLS, IS_GRPC, REST, STREAMS, Requests, below
from colonnade.router.state import Name, Revision, TrafficSplit
from colonnade.router.telemetry import INVALID_ARGUMENT, REFUSED_CODES
from colonnade_api.deployments.strategy import RetryOnStable

PREFIX_HEADER = "x-forwarded-prefix"
REVISION_HEADER = "x-colonnade-revision"
RETRY_AFTER_SECONDS = 1
RETRIES = 2
MAX_RETRIED_BODY_BYTES = 4 * 1024 * 1024  # each request under way may take as much of Envoy's memory
LARGEST = 2**63 - 1
NAMED_AT_MOST = 10
NOT_FOUND = 5  # of gRPC's codes; Envoy would say UNIMPLEMENTED for 404, which clients read as a method that isn't there

# Inference has no side effects, so a request that got no answer may be asked again.
NO_ANSWER = ("connect-failure", "refused-stream", "reset")
NO_GOOD_ANSWER = ("5xx", "internal", "unavailable", "resource-exhausted", "deadline-exceeded", "cancelled")

# What a candidate objects to may be the client's fault, or its own, as it takes something else than stable does: stable
# is asked too. Not 404 and 405: they are about a path, and some paths are about what one pod remembers.
OBJECTIONS = {
    "retriable_status_codes": list(REFUSED_CODES),
    "retriable_headers": [{"name": "grpc-status", "string_match": {"exact": str(INVALID_ARGUMENT)}}],
}

ELSEWHERE = {
    "name": "envoy.retry_host_predicates.previous_hosts",
    "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    },
}
NEXT_PRIORITY = {
    "name": "envoy.retry_priorities.previous_priorities",
    "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
        "update_frequency": 1,
    },
}


def deployment_host(split: TrafficSplit, cluster_domain: str, *, ready: bool, bare: bool) -> dict[str, Any]:
    """ready: stable has a pod that answers. bare: no other namespace has a Deployment of this name."""
    return {
        "name": str(split.deployment),
        "domains": [*names.hosts(split.deployment, cluster_domain), *([split.deployment.name] if bare else [])],
        "request_body_buffer_limit": str(MAX_RETRIED_BODY_BYTES),
        "routes": _routes(split, ready, STREAMS, CALLS, REST),
    }


def ambiguous_host(name: str, namespaces: Sequence[str]) -> dict[str, Any]:
    known = [Name(namespace, name) for namespace in sorted(namespaces)]
    several = f"{len(namespaces)} namespaces have a Deployment named {name}: use"
    calls = _not_found(f"{several} {_some(list(map(names.authority, known)), ' or ')}")
    return {
        "name": f"ambiguous/{name}",
        "domains": [name],
        "routes": [calls, _answer("/", 421, f"{several} {_some(list(map(names.url, known)), ' or ')}")],
    }


def other_hosts(deployments: Sequence[Name]) -> dict[str, Any]:
    """What there is, for who asks for what there isn't; `by_path` comes before it."""
    known = _some([str(one) for one in deployments], ", ") or "none yet"
    nowhere, there = "no Deployment is served under this address", f"Deployments (NAMESPACE/NAME): {known}"
    rest = "http://NAME.NAMESPACE/v2/... or, from outside the cluster, /namespaces/NAMESPACE/deployments/NAME/v2/..."
    calls = "a gRPC client's authority is NAME.NAMESPACE, from outside the cluster too (grpc.default_authority)"
    return {
        "name": "others",
        "domains": ["*"],
        "request_body_buffer_limit": str(MAX_RETRIED_BODY_BYTES),
        "routes": [_not_found(f"{nowhere}; {calls}; {there}"), _answer("/", 404, f"{nowhere}; use {rest}; {there}")],
    }


def by_path(split: TrafficSplit, *, ready: bool) -> dict[str, Any]:
    """The routes for who comes from outside, in a host that lends them to the one for all other names.

    Pods are told the path that they don't see, behind that of a proxy in front: it stands in the URLs that they tell.
    """
    path = names.path(split.deployment)
    prefix = {"header": {"key": PREFIX_HEADER, "value": path.rstrip("/")}, "append_action": "APPEND_IF_EXISTS_OR_ADD"}
    routes = _routes(split, ready, below(path))
    return {
        "name": str(split.deployment),
        "domains": ["*"],
        "routes": [route | {"request_headers_to_add": [prefix]} for route in routes],
    }


def _routes(split: TrafficSplit, ready: bool, *kinds: Requests) -> list[dict[str, Any]]:
    """The last kind's match takes in those before it."""
    if split.stable is None or not ready:
        return [_identified(split, _answer(kinds[-1].match["prefix"], 503, _why_not(split)))]
    routes = []
    for kind in kinds:
        if split.candidate and split.candidate != split.stable:
            routes.append(_identified(split, _candidate_route(split, split.candidate, kind), split.candidate))
        routes.append(_identified(split, _stable_route(split, split.stable, kind)))
    return routes


def _candidate_route(split: TrafficSplit, candidate: str, kind: Requests) -> dict[str, Any]:
    revision = Revision(split.deployment, candidate)
    share = {"default_value": {"numerator": 0, "denominator": "HUNDRED"}, "runtime_key": names.weight_key(revision)}
    match = kind.match | {"runtime_fraction": share, "headers": [_can_be_retried()]}
    retry = _retry_policy(*NO_ANSWER) | {"retry_priority": NEXT_PRIORITY}
    if split.retry.errors:
        asked_again = _retry_policy(*NO_ANSWER, *NO_GOOD_ANSWER, "retriable-status-codes", "retriable-headers")
        retry |= asked_again | OBJECTIONS
    return {
        "match": match,
        "route": _forward(names.fallback_cluster(revision), kind, retry | _timeout(split.retry)) | _hedged(split.retry),
    }


def _stable_route(split: TrafficSplit, stable: str, kind: Requests) -> dict[str, Any]:
    cluster = names.cluster(Revision(split.deployment, stable))
    return {"match": kind.match, "route": _forward(cluster, kind, _retry_policy(*NO_ANSWER))}


def _forward(cluster: str, kind: Requests, retry: dict[str, Any]) -> dict[str, Any]:
    return {"cluster": kind.cluster(cluster), "retry_policy": retry} | kind.forward


def _hedged(retry: RetryOnStable) -> dict[str, Any]:
    """A late try isn't broken off: stable is asked too, and the first good answer wins."""
    return {"hedge_policy": {"hedge_on_per_try_timeout": True}} if retry.timeout else {}


def _retry_policy(*conditions: str) -> dict[str, Any]:
    return {
        "retry_on": ",".join(conditions),
        "num_retries": RETRIES,
        "retry_back_off": {"base_interval": "0.001s", "max_interval": "0.01s"},
        "retry_host_predicate": [ELSEWHERE],
        "host_selection_retry_max_attempts": "5",
    }


def _timeout(retry: RetryOnStable) -> dict[str, Any]:
    return {"per_try_timeout": f"{retry.timeout.total_seconds():.3f}s"} if retry.timeout else {}


def _can_be_retried() -> dict[str, Any]:
    """Not for a body that is too long to be kept for a second try: it goes to stable."""
    too_long = {"start": str(MAX_RETRIED_BODY_BYTES + 1), "end": str(LARGEST)}
    return {
        "name": "content-length",
        "range_match": too_long,
        "invert_match": True,
        "treat_missing_header_as_empty": True,
    }


def _identified(split: TrafficSplit, route: dict[str, Any], candidate: str = "") -> dict[str, Any]:
    """candidate: the revision that this route tries first."""
    identity = {"namespace": split.deployment.namespace, "deployment": split.deployment.name, "candidate": candidate}
    named = {} if "direct_response" in route else {"response_headers_to_add": [_revision_header()]}
    return route | named | {"metadata": {"filter_metadata": {names.METADATA: identity}}}


def _revision_header() -> dict[str, Any]:
    value = f"%UPSTREAM_METADATA({names.METADATA}:revision)%"
    return {"header": {"key": REVISION_HEADER, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _answer(prefix: str, status: int, message: str) -> dict[str, Any]:
    """The listener's local_reply_config wraps the message in {"error": ...}."""
    return {"match": {"prefix": prefix}, "direct_response": {"status": status, "body": {"inline_string": message}}}


def _not_found(message: str) -> dict[str, Any]:
    """For gRPC's clients, who hear of no path."""
    answer = _answer("/", 404, message)
    status = {"header": {"key": "grpc-status", "value": str(NOT_FOUND)}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    return answer | {"match": answer["match"] | IS_GRPC, "response_headers_to_add": [status]}


def _why_not(split: TrafficSplit) -> str:
    who = f"Deployment {split.deployment}"
    if split.stable is None:
        return f"{who} has no revision that serves yet; see: kubectl colonnade status {split.deployment.name}"
    return f"no pod of {who}, revision {split.stable}, is ready; try again in {RETRY_AFTER_SECONDS} s"


def _some(words: Sequence[str], joint: str) -> str:
    rest = len(words) - NAMED_AT_MOST
    return joint.join(words[:NAMED_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")
