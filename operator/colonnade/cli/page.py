"""What a view shows, as data: words with a tone, facts, tables, trees. A terminal renders it; a web page could too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "strong", "quiet", "good", "bad", "waiting"]


@dataclass(frozen=True)
class Word:
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Line:
    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)


Said = str | Word | Line
"""Text alone has no tone."""


@dataclass(frozen=True)
class Facts:
    """Names and values, one a line."""

    rows: tuple[tuple[str, Line], ...]


@dataclass(frozen=True)
class Table:
    """right: the columns that are numbers, and stand at the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    right: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Branch:
    line: Line
    below: tuple["Branch", ...] = ()


@dataclass(frozen=True)
class Forest:
    trees: tuple[Branch, ...]


@dataclass(frozen=True)
class Page:
    """Parts with an empty line between them."""

    parts: tuple["Part", ...]


Part = Line | Facts | Table | Forest | Page


def line(*said: Said) -> Line:
    return Line(tuple(word for each in said for word in _words(each)))


def facts(pairs: Iterable[tuple[str, Said | None]]) -> Facts:
    """What has no value is left out."""
    return Facts(tuple((name, line(value)) for name, value in pairs if value))


def table(columns: Sequence[str], rows: Iterable[Sequence[Said]], right: Sequence[str] = ()) -> Table:
    return Table(tuple(columns), tuple(tuple(line(cell) for cell in row) for row in rows), frozenset(right))


def page(*parts: Part | None) -> Page:
    """Parts that are None are left out."""
    return Page(tuple(part for part in parts if part is not None))


def _words(said: Said) -> tuple[Word, ...]:
    if isinstance(said, Line):
        return said.words
    return (said,) if isinstance(said, Word) else (Word(said),)
