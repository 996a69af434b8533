"""colonnade-serve: settings, logs, exit code."""

import logging
import sys
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import CliApp, SettingsError

from .compiled import COMPILED, PACKAGE, made_of, outdated
from .settings import TERMINATION_LOG, Settings
from .telemetry.logs import set_up
from .usage import usage, variable
from .workers import run

log = logging.getLogger("colonnade_serving")


def main() -> None:
    """The command.

    Exit code 0 after a drain, 1 when a model can't be served or the compiled code is another's, 2 when the settings are
    wrong.
    """
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(usage(), end="")
        return
    settings = _settings()
    set_up(settings.log_level)
    failure = (outdated(PACKAGE, made_of()) if COMPILED else None) or run(settings)
    if failure is not None:
        log.error(failure)
        _tell_kubernetes(settings.termination_log, failure)
        sys.exit(1)


def _settings() -> Settings:
    try:
        settings = CliApp.run(Settings, cli_exit_on_error=False)
    except SettingsError as error:
        _refuse(_misread(str(error)))
    except ValidationError as error:
        _refuse("; ".join(_wrong(details) for details in error.errors(include_url=False)))
    if not settings.bundle:
        _refuse("give a bundle's directory, a .onnx file or an address (or COLONNADE_BUNDLE); --help says more")
    return settings


def _wrong(details: ErrorDetails) -> str:
    name = str(details["loc"][0]) if details["loc"] else "settings"
    why = details["msg"].removeprefix("Value error, ")
    return f"--{name.replace('_', '-')} ({variable(name)}) is {details['input']!r}: {why}"


def _misread(said: str) -> str:
    """What argparse objects to, in words that help."""
    problem = said.removeprefix("error parsing CLI: ")
    _, found, unknown = problem.partition("unrecognized arguments: ")
    if not found:
        return problem
    first = unknown.split()[0].partition("=")[0]
    if not first.startswith("-"):
        return f"{first} is one PATH too many; a folder of several models is one"
    return f"{first} is unknown; {_alike(first)}--help lists all"


def _alike(flag: str) -> str:
    flags = [f"--{name.replace('_', '-')}" for name in Settings.model_fields if name != "bundle"]
    holding = [known for known in flags if known.endswith(f"-{flag.strip('-')}")]
    found = holding or get_close_matches(flag, flags, n=3)
    return f"{', '.join(found)} {'are' if len(found) > 1 else 'is'} alike, " if found else ""


def _refuse(message: str) -> NoReturn:
    print(f"colonnade-serve: {message}", file=sys.stderr)
    _tell_kubernetes(TERMINATION_LOG, message)
    sys.exit(2)


def _tell_kubernetes(path: Path, message: str) -> None:
    """Kubernetes creates the file; elsewhere there is none, and nothing is written."""
    with suppress(OSError), path.open("r+") as file:
        file.truncate()
        file.write(message[:4096])
