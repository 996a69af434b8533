"""What --help prints: every setting in its group, with its variable, its default and what it does."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from .settings import Computing, Listening, Observing, Served

GROUPS = (Served, Listening, Computing, Observing)
HEAD = """Usage: colonnade-serve PATH [--setting VALUE …]

Serves ONNX models over the Open Inference Protocol, REST and gRPC.

    colonnade-serve iris.onnx                   # http://localhost:8080/v2/models/iris, /docs, /metrics
    colonnade-serve bundle/ --name flights      # what colonnade trained, verified first
    colonnade-serve models/ --workers auto      # each model in a folder, one process a CPU

Each setting is a flag, or the environment variable beside it; the flag counts when both are there.
"""
TABLE_HEAD = "| setting | variable | default | |\n|---|---|---|---|"
KINDS: dict[Any, str] = {int: "N", float: "NUMBER", Path: "PATH", str: "TEXT"}


def usage() -> str:
    """The whole text, no line longer than 100 characters where it can be helped."""
    return HEAD + "".join(f"\n{_title(group)}\n{''.join(_lines(group))}" for group in GROUPS)


def tables() -> str:
    """The same as Markdown, for docs/serving/running.md: `python -m colonnade_serving.usage` prints it."""
    return "\n".join(f"### {_title(group)}\n\n{TABLE_HEAD}\n{''.join(_rows(group))}" for group in GROUPS)


def variable(name: str) -> str:
    """A setting's environment variable."""
    return f"COLONNADE_{name.upper()}"


def _title(group: type) -> str:
    return (group.__doc__ or "").strip()


def _lines(group: Any) -> Iterator[str]:
    for name, field in group.model_fields.items():
        yield f"  {_flag(name, field):<52}{variable(name)}\n"
        default = _default(field)
        says = f"{field.description} [{default}]" if default else str(field.description)
        yield textwrap.indent(textwrap.fill(says, 92, break_long_words=False, break_on_hyphens=False), " " * 6) + "\n"


def _rows(group: Any) -> Iterator[str]:
    for name, field in group.model_fields.items():
        code = (f"`{text}`" if text else "" for text in (_flag(name, field), variable(name), _default(field)))
        cells = (cell.replace("|", "\\|") for cell in (*code, field.description))
        yield f"| {' | '.join(cells)} |\n"


def _flag(name: str, field: FieldInfo) -> str:
    if name == "bundle":
        return "PATH"
    flag = "--" + name.replace("_", "-")
    kind = _kind(field.annotation)
    if kind is bool:
        return f"{flag}, --no-{flag[2:]}"
    also = f", --name {KINDS[str]}" if name == "model" else ""
    if get_origin(kind) is Literal:
        return f"{flag} {'|'.join(get_args(kind))}"
    return f"{flag} {KINDS[kind]}{also}"


def _kind(annotation: Any) -> Any:
    if isinstance(annotation, UnionType):
        return next(kind for kind in get_args(annotation) if kind is not NoneType)
    return annotation


def _default(field: FieldInfo) -> str:
    default = field.default
    if default is None or default == "":
        return ""
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default)


if __name__ == "__main__":
    print(tables(), end="")
