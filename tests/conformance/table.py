"""docs/serving/conformance.md: what every client made of each server."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from .kit import Result

PAGE = Path(__file__).resolve().parents[2] / "docs" / "serving" / "conformance.md"
HEAD = """# Conformance

Written by `python -m tests.conformance --table`; don't edit. Each cell: checks that passed, of all.

The Open Inference Protocol's repository holds no conformance tests. This kit is clients that others wrote, and requests
by hand for what no client sends. Every server has the same models: one that gives its input back for each datatype, and
one with two inputs and two outputs. The peers run as the benchmark has them: MLServer and KServe with a model class as
their documentation shows, Triton (pytriton's) with its Python backend. A peer that fails a check may still suit you:
compression, for one, is optional, and the error codes that the protocol doesn't fix are held to HTTP's meaning.

`make test-conformance` runs the kit against this checkout; `python -m tests.conformance --url http://127.0.0.1:8080
--grpc 127.0.0.1:8081 --name mine` against any server that has the models of `tests/conformance/models.py`.
"""
SCRATCH = re.compile(r"/\S*conformance-\S*")
"""Paths of a run's own folder."""
SHOWN = 40
"""Failures that are listed for a server."""


def page(results: Mapping[str, Sequence[Result]]) -> str:
    """The page's text. results: by server, in the order of the columns."""
    parts = [HEAD, _table(results)]
    for server, found in results.items():
        if failures := [result for result in found if result.failure]:
            parts.append(f"## What {server} fails\n\n" + "\n".join(_lines(failures)) + "\n")
    return "\n".join(parts)


def _table(results: Mapping[str, Sequence[Result]]) -> str:
    rows = dict.fromkeys((result.client, result.feature) for found in results.values() for result in found)
    lines = ["| client | feature | " + " | ".join(results) + " |", "|---|---|" + "---|" * len(results)]
    for client, feature in rows:
        cells = [_cell([r for r in found if (r.client, r.feature) == (client, feature)]) for found in results.values()]
        lines.append(f"| {client} | {feature} | " + " | ".join(cells) + " |")
    totals = [_cell(list(found)) for found in results.values()]
    return "\n".join([*lines, "| **all** | | " + " | ".join(f"**{total}**" for total in totals) + " |"]) + "\n"


def _cell(results: Sequence[Result]) -> str:
    passed = sum(result.failure is None for result in results)
    if not results:
        return "-"
    return f"{passed}" if passed == len(results) else f"{passed} of {len(results)}"


def _lines(failures: Sequence[Result]) -> list[str]:
    lines = [f"- {f.client}, {f.title}: `{_short(f.failure or '')}`" for f in failures[:SHOWN]]
    return lines if len(failures) <= SHOWN else [*lines, f"- and {len(failures) - SHOWN} more"]


def _short(said: str) -> str:
    words = " ".join(SCRATCH.sub("…", said.replace("`", "'")).split())
    return words if len(words) <= 160 else words[:157] + "…"
