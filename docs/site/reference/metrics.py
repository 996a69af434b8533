"""What operator and agent count, from their registries, and what the routers' Envoys count for verdicts."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

import colonnade
from colonnade.router import telemetry
from docs.site.reference.markdown import code, page, table

INTRODUCTION = """\
The serving pods' series are on [a page of their own](../serving/metrics.md). The bundled Prometheus scrapes
all of these; [install](../operations/install.md#prometheus) has the ports for one of your own."""


VERDICTS = """\
Envoy's own series, at the port `metrics` of the routers. A Prometheus of your own has to scrape these, or verdicts stay
NoData. `flags` are Envoy's response flags (UT: past its timeout); `grpc` is the status's number, empty for REST."""
COUNTED = {
    "tries": (
        "counter",
        "Tries of a revision by its answer; code 0: none came. What stable answers in its place is another try.",
    ),
    "answer_us": ("histogram", "Microseconds from a try's start to its answer's end, of those that didn't fail."),
    "unanswered_ms": ("histogram", "Milliseconds that tries lasted which got no answer."),
    "requests": ("counter", "Requests by what their client got, who answered, and the candidate that was asked first."),
}


def pages(_: Path) -> dict[Path, str]:
    parts = [part for module, registry in registries() for part in _section(module, registry)]
    parts += ["## What the routers count for verdicts", VERDICTS, table(("series", ""), _counted())]
    return {Path("docs/reference/metrics.md"): page("Metrics of the control plane", INTRODUCTION, *parts)}


def _counted() -> Iterator[tuple[str, str]]:
    """Each statistic that Envoy is configured to keep. Raises KeyError for one that COUNTED doesn't describe."""
    for stat in _stats([*telemetry.per_try(), *telemetry.per_request()]):
        kind, says = COUNTED[stat["name"]]
        labels = ", ".join(code(tag["name"]) for tag in stat["tags"])
        yield f"{code('_'.join(('envoy', telemetry.PREFIX, stat['name'])))}<br>{kind}", f"{says} By {labels}."


def _stats(configured: Any) -> Iterator[dict[str, Any]]:
    inner = configured.values() if isinstance(configured, dict) else configured if isinstance(configured, list) else ()
    if isinstance(configured, dict) and isinstance(configured.get("stat"), dict):
        yield configured["stat"]
    for each in inner:
        yield from _stats(each)


def registries() -> Iterator[tuple[str, CollectorRegistry]]:
    """Of each module called metrics in the operator's package."""
    for module in pkgutil.walk_packages(colonnade.__path__, "colonnade."):
        if module.name.endswith(".metrics"):
            yield module.name, importlib.import_module(module.name).Metrics().registry


def _section(module: str, registry: CollectorRegistry) -> Iterator[str]:
    yield f"## {code(module.removesuffix('.metrics'))}"
    yield table(("series", ""), [_row(each) for each in _collectors(registry)])


def _collectors(registry: CollectorRegistry) -> list[Any]:
    return list(registry._collector_to_names)


def _row(collector: Any) -> tuple[str, str]:
    (family,) = collector.describe()
    name = family.name + "_total" * (family.type == "counter")
    labels = ", ".join(map(code, collector._labelnames))
    return f"{code(name)}<br>{family.type}", f"{family.documentation} {f'By {labels}.' if labels else ''}"
