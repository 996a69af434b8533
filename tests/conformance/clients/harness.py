"""A client's checks: functions named as sentences. Run as a script, a client prints one JSON line a check.

This folder knows nothing of the server's code: it runs in the clients' virtual environment. Where the server is comes
by environment, since kserve reads the command line for itself.
"""

import asyncio
import inspect
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Target:
    """Where the server is. url: of REST, without a slash at the end; grpc: host:port; openapi: path of its document."""

    url: str
    grpc: str
    openapi: str

    @property
    def host(self) -> str:
        """REST's host:port."""
        return self.url.removeprefix("http://")


CHECKS: list[tuple[str, str, Callable[[Target], Any]]] = []


def check(feature: str, *each: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a function a check of this feature; with `each`, one check for every value, its second argument."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        title = function.__name__.replace("_", " ")
        for value in each or ("",):
            arguments = (value,) if value else ()
            said = f"{title}: {value}" if value else title
            CHECKS.append((feature, said, lambda target, arguments=arguments: function(target, *arguments)))
        return function

    return add


def main() -> None:
    """Runs each check and prints what became of it."""
    target = Target(*(os.environ[f"TARGET_{name}"] for name in ("URL", "GRPC", "OPENAPI")))
    for feature, title, function in CHECKS:
        print(json.dumps({"feature": feature, "title": title, "failure": _failure(function, target)}), flush=True)


def _failure(function: Callable[[Target], Any], target: Target) -> str | None:
    try:
        result = function(target)
        if inspect.iscoroutine(result):
            asyncio.run(asyncio.wait_for(result, 30))
    except (Exception, pytest.fail.Exception) as error:
        said = " ".join(str(error).split())
        return f"{type(error).__name__}: {said}"[:600]
    return None
