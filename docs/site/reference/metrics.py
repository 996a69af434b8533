"""What operator and agent count, from their registries, and what the routers' Envoys count for verdicts."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

import colonnade
from docs.site.reference.markdown import code, page, table

INTRODUCTION = """\
The serving pods' series are on [a page of their own](../serving/metrics.md). The bundled Prometheus scrapes
all of these; [install](../operations/install.md#prometheus) has the ports for one of your own."""


def pages(_: Path) -> dict[Path, str]:
    parts = [part for module, registry in registries() for part in _section(module, registry)]
    return {Path("docs/reference/metrics.md"): page("Metrics of the control plane", INTRODUCTION, *parts)}


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
