"""Waiting for something to become true, and what true means for the API server."""

import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from cluster.apiserver import ADMINISTRATOR
from cluster.certs import Authority
from cluster.steps import ClusterError

LOOK_AGAIN_SECONDS = 0.1
ANSWER_SECONDS = 5


def api_server_is_ready(authority: Authority, port: int) -> bool:
    """Whether /readyz answers exactly `ok`: while RBAC is still being laid down it lists its checks instead."""
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.load_cert_chain(*authority.issue(ADMINISTRATOR))
    try:
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/readyz", context=context, timeout=ANSWER_SECONDS) as answer:
            return bool(answer.read() == b"ok")
    except (urllib.error.URLError, OSError):
        return False


def wait_until(true: Callable[[], bool], what: str, limit_seconds: float, or_else: Callable[[], str] = str) -> None:
    """Raises ClusterError naming what didn't come true in time, with what `or_else` has to add."""
    deadline = time.monotonic() + limit_seconds
    while not true():
        if time.monotonic() > deadline:
            raise ClusterError(f"{what}: not so after {limit_seconds:.0f} s\n{or_else()}")
        time.sleep(LOOK_AGAIN_SECONDS)
