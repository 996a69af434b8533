"""Whether what every request goes through was compiled (setup.py), and of which sources.

Uncompiled it answers the same, later. Compiled it runs in place of the sources beside it, whatever they say by now.
"""

from collections.abc import Mapping
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from . import iobinding

COMPILED = not iobinding.__file__.endswith(".py")
PACKAGE = Path(__file__).parent
NAMED_AT_MOST = 3


def made_of() -> Mapping[str, str] | None:
    """The digest of each source that was compiled, by its path in the package; None where nobody knows."""
    try:
        built = import_module(".built", __package__)
    except ModuleNotFoundError:
        return None
    known: Mapping[str, str] = built.SOURCES
    return None if str(built.__file__).endswith(".py") else known


def outdated(package: Path, digests: Mapping[str, str] | None) -> str | None:
    """Why the compiled code must not run, None when it may. A source that isn't beside it is none that it belies."""
    if digests is None:
        return (
            "the compiled code doesn't say of which sources it was made, so it is older than they are: "
            "make venv compiles it anew"
        )
    others = [path for path, digest in digests.items() if _differs(package / path, digest)]
    if not others:
        return None
    rest = len(others) - NAMED_AT_MOST
    named = ", ".join(others[:NAMED_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")
    return (
        f"the compiled code was made of other sources than those beside it, and would run in their place ({named}): "
        "make venv compiles it anew"
    )


def _differs(source: Path, digest: str) -> bool:
    try:
        return sha256(source.read_bytes()).hexdigest() != digest
    except FileNotFoundError:
        return False
