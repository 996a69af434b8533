"""The variables of operator and agent, from their settings' classes; the runtime's are on its own page."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

import colonnade
from docs.site.reference.markdown import code, page, table

INTRODUCTION = """\
The chart sets these; they matter where the operator runs beside a kubeconfig, or to read its pod. What a chart's value
sets is on [the chart's page](chart.md); the serving runtime's settings are on
[its own](../serving/running.md#every-setting)."""


def pages(_: Path) -> dict[Path, str]:
    parts = [part for module, settings in found() for part in _section(module, settings)]
    return {Path("docs/reference/settings.md"): page("Settings of the control plane", INTRODUCTION, *parts)}


def found() -> Iterator[tuple[str, type[BaseSettings]]]:
    """Each module called settings in the operator's package, and its class."""
    for module in pkgutil.walk_packages(colonnade.__path__, "colonnade."):
        if module.name.endswith(".settings"):
            contents = vars(importlib.import_module(module.name)).values()
            yield from ((module.name, each) for each in contents if _is_settings(each, module.name))


def _is_settings(thing: Any, module: str) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseSettings) and thing.__module__ == module


def _section(module: str, settings: type[BaseSettings]) -> Iterator[str]:
    program = module.removesuffix(".settings")
    yield f"## {code(f'python -m {program}')}"
    prefix = settings.model_config.get("env_prefix", "")
    rows = [
        ("<br>".join(filter(None, (code(f"{prefix}{name.upper()}"), _facts(field)))), field.description or "")
        for name, field in settings.model_fields.items()
    ]
    yield table(("variable", ""), rows)


def _facts(field: FieldInfo) -> str:
    kind = field.annotation
    said = " or ".join(map(code, get_args(kind))) if get_origin(kind) is Literal else ""
    default = field.default
    if default is PydanticUndefined or default in ("", ()):
        return said
    shown = f"{default:g}" if isinstance(default, float) else default
    return ", ".join(part for part in (said, f"default {code(shown)}") if part)
