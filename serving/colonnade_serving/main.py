"""colonnade-serve: settings, logs, exit code."""

import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import CliApp

from .observation.logs import set_up
from .settings import TERMINATION_LOG, Settings
from .usage import usage, variable
from .workers import run

log = logging.getLogger("colonnade_serving")


def main() -> None:
    """The command. Exit code 0 after a drain, 1 when a model can't be served, 2 when the settings are wrong."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(usage(), end="")
        return
    settings = _settings()
    set_up(settings.log_level)
    failure = run(settings)
    if failure is not None:
        log.error(failure)
        _tell_kubernetes(settings.termination_log, failure)
        sys.exit(1)


def _settings() -> Settings:
    try:
        settings = CliApp.run(Settings)
    except ValidationError as error:
        _refuse("; ".join(_wrong(details) for details in error.errors(include_url=False)))
    if not settings.bundle:
        _refuse("give a bundle's directory, a .onnx file or an address (or COLONNADE_BUNDLE); --help says more")
    return settings


def _wrong(details: ErrorDetails) -> str:
    name = str(details["loc"][0]) if details["loc"] else "settings"
    return f"--{name.replace('_', '-')} ({variable(name)}) is {details['input']!r}: {details['msg']}"


def _refuse(message: str) -> NoReturn:
    print(f"colonnade-serve: {message}", file=sys.stderr)
    _tell_kubernetes(TERMINATION_LOG, message)
    sys.exit(2)


def _tell_kubernetes(path: Path, message: str) -> None:
    """Kubernetes creates the file; elsewhere there is none, and nothing is written."""
    with suppress(OSError), path.open("r+") as file:
        file.truncate()
        file.write(message[:4096])
