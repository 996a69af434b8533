"""Libraries that are loaded when they are first needed, so that `import colonnade_client` takes half the time."""

import importlib
from typing import Any

from colonnade_client.errors import MissingExtra


def pandas() -> Any:
    return importlib.import_module("pandas")


def load(name: str) -> Any:
    """An extra of this package.

    Raises MissingExtra where it isn't installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise MissingExtra(name) from missing
