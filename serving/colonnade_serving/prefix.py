"""The path prefix that a proxy in front has put before ours: kept in requests or taken off, in our URLs it stands."""

import re
from collections.abc import Iterable, MutableMapping
from typing import Any, Final

HEADER: Final = b"x-forwarded-prefix"
PREFIX: Final = re.compile(r"(/[\w.~!$&'()*+;=:@%-]+)+", re.ASCII)
"""Segments that aren't empty: what begins with two slashes would be another host's URL."""

OURS: Final = frozenset({"v1", "v2", "docs", "metrics", "openapi.json"})


def of(headers: Iterable[tuple[bytes, bytes]], configured: str) -> str:
    """The prefix, without a slash at its end: X-Forwarded-Prefix, of several proxies the outermost first, or
    --root-path where there is none that can be one.
    """
    sent = [value for name, value in headers if name == HEADER]
    if not sent:
        return configured
    parts = b",".join(sent).decode("latin-1").split(",")
    prefix = "".join(part.strip().rstrip("/") for part in parts)
    return prefix if not prefix or PREFIX.fullmatch(prefix) else configured


def is_ambiguous(prefix: str) -> bool:
    """Whether it begins as our own paths do, so that nobody can tell whether it was taken off."""
    return prefix.split("/")[1] in OURS


def without(prefix: str, path: str) -> str:
    """A request's path as the routes have it, whether or not the proxy took the prefix off."""
    if not prefix or is_ambiguous(prefix) or not path.startswith(prefix):
        return path
    rest = path[len(prefix) :]
    return (rest or "/") if rest[:1] in ("", "/") else path


def place(scope: MutableMapping[str, Any], configured: str) -> str:
    """Puts the prefix where ASGI has it, before the path; returns the path without it, nor a slash at its end."""
    prefix = of(scope["headers"], configured)
    path = without(prefix, scope["path"]).rstrip("/") or "/"
    scope["root_path"], scope["path"] = prefix, prefix + path
    return path
