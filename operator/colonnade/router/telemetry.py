"""What Envoy counts for the verdicts: each try by the revision that was tried, each request by what its client got.

Envoy's own counters can't tell: for a cluster that is backed by stable they count the answer that was found in the end.
`colonnade/signals/queries.py` asks for these series; their names and labels are the contract between the two.

envoy_colonnade_tries          counter: tries, by `code` (0: no answer), `grpc` and `flags` (UT: past its timeout)
envoy_colonnade_answer_us      histogram: from the start of a try to the end of its answer, of those that didn't fail
envoy_colonnade_unanswered_ms  histogram: how long tries lasted that got no answer, by `flags`
envoy_colonnade_requests       counter: requests, by `code` (what the client got; 0: it left), `grpc`, who answered, and
                               the `candidate` that was asked first; empty where stable was

`grpc` is the status's number, since gRPC's code is 200 whatever happened. It is empty for REST and where none came, of
which Envoy's %GRPC_STATUS% makes UNKNOWN, though it was the client that left. Streams are in no histogram: how long one
lasts is its client's to say.
"""

from typing import Any

from colonnade.router import names
from colonnade.router.requests import STREAMING_PATH

STRUCT = "xds.type.v3.TypedStruct"
STATS = "envoy.extensions.access_loggers.stats.v3.Config"
PREFIX = "colonnade"
GRPC = "application/grpc"

ANSWERED_BELOW = 500
GRPC_FAILURES = {2: "UNKNOWN", 4: "DEADLINE_EXCEEDED", 13: "INTERNAL", 14: "UNAVAILABLE", 15: "DATA_LOSS"}
"""What REST says by 5xx. RESOURCE_EXHAUSTED is its 413, and UNIMPLEMENTED a method that its client made up."""
REFUSED_CODES, INVALID_ARGUMENT = (400, 413, 415, 422), 3
"""What a model server says to inputs that it doesn't take; stable is asked whether the candidate is at fault."""
STEP = 1.25
SHORTEST_US, LONGEST_US = 500, 10_000_000

REVISION = {
    "colonnade_namespace": f"%UPSTREAM_METADATA({names.METADATA}:namespace)%",
    "colonnade_deployment": f"%UPSTREAM_METADATA({names.METADATA}:deployment)%",
    "colonnade_revision": f"%UPSTREAM_METADATA({names.METADATA}:revision)%",
}
REQUESTED = {
    "colonnade_namespace": f"%METADATA(ROUTE:{names.METADATA}:namespace)%",
    "colonnade_deployment": f"%METADATA(ROUTE:{names.METADATA}:deployment)%",
    "candidate": f"%METADATA(ROUTE:{names.METADATA}:candidate)%",
    "colonnade_revision": f"%UPSTREAM_METADATA({names.METADATA}:revision)%",
}
CODE = {"code": "%RESPONSE_CODE%", "grpc": "%RESP(GRPC-STATUS)%%TRAILER(GRPC-STATUS)%"}
FLAGS = {"flags": "%RESPONSE_FLAGS%"}


def bucket_bounds() -> list[int]:
    """Microseconds, each a quarter above the one before, from 0.5 ms to 10 s."""
    bounds = [float(SHORTEST_US)]
    while bounds[-1] * STEP < LONGEST_US:
        bounds.append(bounds[-1] * STEP)
    return [*(round(bound) for bound in bounds), LONGEST_US]


def per_try() -> list[dict[str, Any]]:
    """Loggers of the router filter, which sees each try."""
    no_stream = _header(":path", {"safe_regex": STREAMING_PATH}, inverted=True)
    answered = _all(_code("GE", 200), _code("LE", ANSWERED_BELOW - 1), no_stream, _not_failed())
    lasted = "%COMMON_DURATION(DS_RX_BEG:US_RX_END:us)%"
    return [
        _logger({"counters": [_count("tries", REVISION | CODE | FLAGS)]}),
        _logger({"histograms": [_distribution("answer_us", REVISION, "Microseconds", lasted)]}, answered),
        _logger(
            {"histograms": [_distribution("unanswered_ms", REVISION | FLAGS, "Milliseconds", "%DURATION%")]},
            _all(_code("LE", 0), no_stream),
        ),
    ]


def per_request() -> list[dict[str, Any]]:
    """Loggers of the connection manager, which sees what the client got."""
    return [_logger({"counters": [_count("requests", REQUESTED | CODE)]})]


def _logger(stats: dict[str, Any], only: dict[str, Any] | None = None) -> dict[str, Any]:
    """As TypedStruct, since the Python types lack `stats_scope`, and Envoy has deprecated what was there before."""
    value = {"stats_scope": {"prefix": PREFIX}} | stats
    config = {"@type": f"type.googleapis.com/{STRUCT}", "type_url": f"type.googleapis.com/{STATS}", "value": value}
    return {"name": "envoy.access_loggers.stats", "typed_config": config} | ({"filter": only} if only else {})


def _count(name: str, tags: dict[str, str]) -> dict[str, Any]:
    return {"stat": _stat(name, tags), "value_fixed": 1}


def _distribution(name: str, tags: dict[str, str], unit: str, value: str) -> dict[str, Any]:
    return {"stat": _stat(name, tags), "unit": unit, "value_format": value}


def _stat(name: str, tags: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "tags": [{"name": tag, "value_format": value} for tag, value in tags.items()]}


def _code(compared: str, code: int) -> dict[str, Any]:
    value = {"default_value": code, "runtime_key": f"colonnade.telemetry.{compared.lower()}_{code}"}
    return {"status_code_filter": {"comparison": {"op": compared, "value": value}}}


def _not_failed() -> dict[str, Any]:
    """To this filter REST has a gRPC status as well, made from its code."""
    rest = _header("content-type", {"prefix": GRPC}, inverted=True)
    good = {"grpc_status_filter": {"statuses": list(GRPC_FAILURES.values()), "exclude": True}}
    return {"or_filter": {"filters": [rest, good]}}


def _all(*filters: dict[str, Any]) -> dict[str, Any]:
    return {"and_filter": {"filters": list(filters)}}


def _header(name: str, match: dict[str, Any], *, inverted: bool = False) -> dict[str, Any]:
    return {"header_filter": {"header": {"name": name, "string_match": match, "invert_match": inverted}}}


def grpc_alone() -> dict[str, Any]:
    """A filter of logs and local answers."""
    return _header("content-type", {"prefix": GRPC})
