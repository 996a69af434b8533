"""Asking the cluster's API server, as its administrator, without a client library."""

import json
import ssl
import urllib.error
import urllib.request
from datetime import datetime
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


def node_names(authority: Authority, port: int) -> set[str]:
    """The nodes that have registered."""
    return {str(node["metadata"]["name"]) for node in _nodes(authority, port)}


def heartbeats(authority: Authority, port: int) -> dict[str, datetime]:
    """When each node that is Ready last said so: one that was killed stays Ready for a while, and falls silent."""
    return {
        str(node["metadata"]["name"]): datetime.fromisoformat(condition["lastHeartbeatTime"])
        for node in _nodes(authority, port)
        for condition in node["status"].get("conditions", [])
        if condition["type"] == "Ready" and condition["status"] == "True"
    }


def _nodes(authority: Authority, port: int) -> list[dict[str, Any]]:
    answer = get(authority, port, "/api/v1/nodes")
    listed: list[dict[str, Any]] = json.loads(answer)["items"] if answer else []
    return listed
