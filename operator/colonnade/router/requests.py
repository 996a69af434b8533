"""The kinds of requests that come, and what a route has to know of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from colonnade.router import names

REQUEST_TIMEOUT_SECONDS = 60
STREAM_SECONDS = 3600
"""A longer stream is ended, and its client opens another: an old revision's pods stay while one is open there."""
STREAMING = ("ModelStreamInfer", "ServerReflectionInfo", "Watch")
"""The methods of serving pods that answer more than once."""

IS_GRPC: dict[str, Any] = {"grpc": {}}
STREAMING_PATH = {"regex": f"/[^/]+/({'|'.join(STREAMING)})"}


@dataclass(frozen=True)
class Requests:
    """match: which they are. cluster: a cluster's twin that speaks their protocol. forward: further route fields."""

    match: dict[str, Any]
    cluster: Callable[[str], str]
    forward: dict[str, Any]


def _plain(cluster: str) -> str:
    return cluster


_WITHIN_TIME = {"timeout": f"{REQUEST_TIMEOUT_SECONDS}s"}
_LONG = {
    "timeout": "0s",
    "idle_timeout": f"{STREAM_SECONDS}s",
    "max_stream_duration": {"max_stream_duration": f"{STREAM_SECONDS}s"},
}

REST = Requests({"prefix": "/"}, _plain, _WITHIN_TIME)
CALLS = Requests({"prefix": "/"} | IS_GRPC, names.over_grpc, _WITHIN_TIME)
STREAMS = Requests({"safe_regex": STREAMING_PATH} | IS_GRPC, names.over_grpc, _LONG)


def below(path: str) -> Requests:
    """REST of who comes from outside, without the path that says to which Deployment."""
    return Requests({"prefix": path}, _plain, _WITHIN_TIME | {"prefix_rewrite": "/"})
