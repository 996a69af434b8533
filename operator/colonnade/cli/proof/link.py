"""One link of the chain."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from colonnade_access.errors import ColonnadeError

State = Literal["holds", "broken", "unknown"]


@dataclass(frozen=True)
class Link:
    """name: what is held against what. said: what was seen."""

    name: str
    state: State
    said: str


def looked_at(name: str, look: Callable[[], str]) -> Link:
    """look: says what it saw. It raises Broken where that isn't as it should be, Unknown where nothing can be said, and
    ColonnadeError where what ought to be there can't be had: that breaks the chain as well."""
    try:
        return Link(name, "holds", look())
    except Unknown as unknown:
        return Link(name, "unknown", str(unknown))
    except ColonnadeError as broken:
        return Link(name, "broken", str(broken))


class Broken(ColonnadeError):
    """Two digests that should be one."""


class Unknown(ColonnadeError):
    """There is nothing to hold it against."""


def same(what: str, found: str | None, due: str | None) -> None:
    """Raises Broken when they differ."""
    if found != due:
        raise Broken(f"{what} is {found or 'missing'}, and {due or 'nothing'} is due")
