"""Which features a signal's patterns name."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol, TypeVar

MOST_NAMED = 5


class Feature(Protocol):
    @property
    def name(self) -> str: ...


F = TypeVar("F", bound=Feature)


@dataclass(frozen=True)
class Unknown:
    """A pattern that no feature fits, in words."""

    message: str


def choose(features: Sequence[F], patterns: Sequence[str]) -> tuple[F, ...] | Unknown:
    """In the features' order. A pattern that fits none is a mistake: it would watch over nothing in silence."""
    for pattern in patterns:
        if not any(_fits(one.name, pattern) for one in features):
            names = ", ".join(one.name for one in features[:MOST_NAMED]) + (", …" if len(features) > MOST_NAMED else "")
            return Unknown(f"features: none that is counted fits {pattern}; there are: {names or 'none'}")
    return tuple(one for one in features if any(_fits(one.name, pattern) for pattern in patterns))


def _fits(name: str, pattern: str) -> bool:
    """A name with brackets, such as X[3], is itself before it is a pattern."""
    return name == pattern or fnmatchcase(name, pattern.replace("[", "[[]"))
