"""Asking the cluster's API server, as its administrator, without a client library."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

from cluster.apiserver import ADMINISTRATOR
from cluster.certs import Authority

ANSWER_SECONDS = 5


def get(authority: Authority, port: int, path: str) -> bytes | None:
    """The answer's body, or None where there is no such thing, or no one answers."""
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.load_cert_chain(*authority.issue(ADMINISTRATOR))
    try:
        with urllib.request.urlopen(
            f"https://127.0.0.1:{port}{path}", context=context, timeout=ANSWER_SECONDS
        ) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError):
        return None


def is_ready(authority: Authority, port: int) -> bool:
    """Whether /readyz answers exactly `ok`: while RBAC is still being laid down it lists its checks instead."""
    return get(authority, port, "/readyz") == b"ok"


def node_conditions(authority: Authority, port: int) -> dict[str, bool]:
    """For each Node that has registered, whether it is Ready."""
    answer = get(authority, port, "/api/v1/nodes")
    listed: list[dict[str, Any]] = json.loads(answer)["items"] if answer else []
    return {
        node["metadata"]["name"]: any(
            condition["type"] == "Ready" and condition["status"] == "True"
            for condition in node["status"].get("conditions", [])
        )
        for node in listed
    }
