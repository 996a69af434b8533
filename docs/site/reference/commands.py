"""The command lines that typer makes, with every argument and option."""

import importlib
from collections.abc import Iterator
from enum import Enum
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from docs.site.reference.markdown import code, page, table

DISTRIBUTIONS = ("colonnade", "colonnade-jobs")
PLUGIN = "kubectl-"
FOR_THE_SHELL = "kubectl_complete-"


def pages(_: Path) -> dict[Path, str]:
    programs = [(name, app) for name, app in programs_of(DISTRIBUTIONS)]
    return {
        Path("docs/reference/cli.md"): page("Command line", *(part for each in programs for part in _program(*each)))
    }


def programs_of(distributions: tuple[str, ...]) -> Iterator[tuple[str, TyperGroup]]:
    """The console scripts whose module has a typer application, as they are typed."""
    for script in sorted(entry_points(group="console_scripts"), key=lambda each: each.name):
        if script.dist is None or script.dist.name not in distributions or script.name.startswith(FOR_THE_SHELL):
            continue
        if app := _app(script.module):
            group = typer.main.get_command(app)
            assert isinstance(group, TyperGroup)
            yield script.name.replace(PLUGIN, "kubectl ", 1), group


def _app(module: str) -> typer.Typer | None:
    for name in (module, f"{module}.main"):
        try:
            found = vars(importlib.import_module(name)).values()
        except ModuleNotFoundError:
            continue
        if app := next((each for each in found if isinstance(each, typer.Typer)), None):
            return app
    return None


def _program(typed: str, group: TyperGroup) -> Iterator[str]:
    yield f"## {code(typed)}"
    yield group.help or ""
    yield _options(group)
    for name, command in group.commands.items():
        if command.hidden:
            continue
        arguments = " ".join(_metavar(each) for each in command.params if each.param_type_name == "argument")
        yield f"### {code(f'{typed} {name} {arguments}'.strip())}"
        yield command.help or ""
        yield _options(command)


def _options(command: Any) -> str:
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    return table(("", ""), [(code(_typed(each)), _says(each)) for each in shown])


def _metavar(parameter: Any) -> str:
    name = parameter.metavar or (parameter.name or "").upper()
    return name if parameter.required or name.startswith("[") else f"[{name}]"


def _typed(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return parameter.metavar or (parameter.name or "").upper()
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    if getattr(parameter, "is_flag", False):
        return names
    return f"{names} {parameter.metavar or _kind(parameter.type_descriptor.annotation)}"


def _kind(annotation: type) -> str:
    return "|".join(each.value for each in annotation) if issubclass(annotation, Enum) else annotation.__name__.upper()


def _says(parameter: Any) -> str:
    default = parameter.default
    shown = (
        f"Default {code(default)}." if isinstance(default, str | int | float) and not isinstance(default, bool) else ""
    )
    variable = f"Or {code(parameter.envvar)}." if getattr(parameter, "envvar", None) else ""
    return " ".join(part for part in (getattr(parameter, "help", "") or "", shown, variable) if part)
