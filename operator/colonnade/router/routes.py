"""From host or path to a Deployment's revisions.

The table itself always says 100 % stable: a candidate's share comes by runtime key.
"""

from collections.abc import Sequence
from typing import Any

from colonnade.api.strategy import RetryOnStable
from colonnade.router import names
from colonnade.router.world import Name, Revision, Split

REQUEST_TIMEOUT_SECONDS = 60
REVISION_HEADER = "x-colonnade-revision"
RETRY_AFTER_SECONDS = 1
RETRIES = 2
MAX_RETRIED_BODY_BYTES = 4 * 1024 * 1024  # each request under way may take as much of Envoy's memory
LARGEST = 2**63 - 1
NAMED_AT_MOST = 10

# Inference has no side effects, so a request that got no answer may be asked again.
NO_ANSWER = ("connect-failure", "refused-stream", "reset")
NO_GOOD_ANSWER = ("5xx", "internal", "unavailable", "resource-exhausted", "deadline-exceeded")

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


def deployment_host(split: Split, *, ready: bool, bare: bool) -> dict[str, Any]:
    """ready: stable has a pod that answers. bare: no other namespace has a Deployment of this name."""
    return {
        "name": str(split.deployment),
        "domains": [*names.hosts(split.deployment), *([split.deployment.name] if bare else [])],
        "request_body_buffer_limit": str(MAX_RETRIED_BODY_BYTES),
        "routes": _routes(split, "/", ready),
    }


def ambiguous_host(name: str, namespaces: Sequence[str]) -> dict[str, Any]:
    urls = _some([names.url(Name(namespace, name)) for namespace in sorted(namespaces)], " or ")
    message = f"{len(namespaces)} namespaces have a Deployment named {name}: use {urls}"
    return {"name": f"ambiguous/{name}", "domains": [name], "routes": [_answer("/", 421, message)]}


def other_hosts(deployments: Sequence[Name]) -> dict[str, Any]:
    """What there is, for who asks for what there isn't; `by_path` comes before it."""
    known = _some([str(one) for one in deployments], ", ") or "none yet"
    message = (
        "no Deployment is served under this address; use http://NAME.NAMESPACE/v2/... or, from outside the cluster, "
        f"/namespaces/NAMESPACE/deployments/NAME/v2/...; Deployments (NAMESPACE/NAME): {known}"
    )
    return {
        "name": "others",
        "domains": ["*"],
        "request_body_buffer_limit": str(MAX_RETRIED_BODY_BYTES),
        "routes": [_answer("/", 404, message)],
    }


def by_path(split: Split, *, ready: bool) -> dict[str, Any]:
    """The routes for who comes from outside, in a host that lends them to the one for all other names."""
    return {
        "name": str(split.deployment),
        "domains": ["*"],
        "routes": _routes(split, names.path(split.deployment), ready),
    }


def _routes(split: Split, prefix: str, ready: bool) -> list[dict[str, Any]]:
    if split.stable is None or not ready:
        return [_identified(split, _answer(prefix, 503, _why_not(split)))]
    routes = [_stable_route(split, split.stable, prefix)]
    if split.candidate and split.candidate != split.stable:
        routes.insert(0, _candidate_route(split, split.candidate, prefix))
    return [_identified(split, route) for route in routes]


def _candidate_route(split: Split, candidate: str, prefix: str) -> dict[str, Any]:
    revision = Revision(split.deployment, candidate)
    share = {"default_value": {"numerator": 0, "denominator": "HUNDRED"}, "runtime_key": names.weight_key(revision)}
    match = {"prefix": prefix, "runtime_fraction": share, "headers": [_can_be_retried()]}
    retry = _retry_policy(*NO_ANSWER, *(NO_GOOD_ANSWER if split.retry.errors else ())) | {
        "retry_priority": NEXT_PRIORITY
    }
    return {
        "match": match,
        "route": _forward(names.backed_by_stable(revision), prefix, retry | _timeout(split.retry), split.retry),
    }


def _stable_route(split: Split, stable: str, prefix: str) -> dict[str, Any]:
    cluster = names.cluster(Revision(split.deployment, stable))
    return {"match": {"prefix": prefix}, "route": _forward(cluster, prefix, _retry_policy(*NO_ANSWER))}


def _forward(
    cluster: str, prefix: str, retry: dict[str, Any], on_stable: RetryOnStable | None = None
) -> dict[str, Any]:
    """Hedged, a late try isn't broken off: stable is asked too, and the first good answer wins."""
    rewrite = {} if prefix == "/" else {"prefix_rewrite": "/"}
    hedged = {"hedge_policy": {"hedge_on_per_try_timeout": True}} if on_stable and on_stable.timeout else {}
    return {"cluster": cluster, "timeout": f"{REQUEST_TIMEOUT_SECONDS}s", "retry_policy": retry} | rewrite | hedged


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


def _identified(split: Split, route: dict[str, Any]) -> dict[str, Any]:
    identity = {"namespace": split.deployment.namespace, "deployment": split.deployment.name}
    named = {} if "direct_response" in route else {"response_headers_to_add": [_revision_header()]}
    return route | named | {"metadata": {"filter_metadata": {names.METADATA: identity}}}


def _revision_header() -> dict[str, Any]:
    value = f"%UPSTREAM_METADATA({names.METADATA}:revision)%"
    return {"header": {"key": REVISION_HEADER, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _answer(prefix: str, status: int, message: str) -> dict[str, Any]:
    """The listener's local_reply_config wraps the message in {"error": ...}."""
    return {"match": {"prefix": prefix}, "direct_response": {"status": status, "body": {"inline_string": message}}}


def _why_not(split: Split) -> str:
    who = f"Deployment {split.deployment}"
    if split.stable is None:
        return f"{who} has no revision that serves yet; see: kubectl colonnade status {split.deployment.name}"
    return f"no pod of {who}, revision {split.stable}, is ready; try again in {RETRY_AFTER_SECONDS} s"


def _some(words: Sequence[str], joint: str) -> str:
    rest = len(words) - NAMED_AT_MOST
    return joint.join(words[:NAMED_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")
