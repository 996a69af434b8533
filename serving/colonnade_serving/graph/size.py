"""Sizes of dimensions, as far as they are known before anything runs: 64, n, 12 * n * m."""

from collections import Counter
from dataclasses import dataclass
from itertools import count
from math import prod
from typing import Self

_RUNNING = count()


@dataclass(frozen=True, slots=True)
class Size:
    """A product of a number and of symbols, each a size that is known only with the inputs."""

    factor: int
    symbols: tuple[str, ...] = ()

    @classmethod
    def unknown(cls) -> Self:
        """A size that is like no other, but the same for each row of each batch."""
        return cls(1, (f"?{next(_RUNNING)}",))

    @property
    def known(self) -> int | None:
        """The number, where there is no symbol in it."""
        return None if self.symbols else self.factor

    @property
    def rows(self) -> bool:
        """Whether it grows with the rows of a batch."""
        return ROWS.symbols[0] in self.symbols

    def __mul__(self, other: Self) -> Self:
        return type(self)(self.factor * other.factor, tuple(sorted(self.symbols + other.symbols)))

    def over(self, other: "Size") -> "Size | None":
        """This size divided by another one; None where the quotient isn't whole, or not certainly so."""
        left = Counter(self.symbols)
        left.subtract(other.symbols)
        if not other.factor or self.factor % other.factor or any(times < 0 for times in left.values()):
            return None
        return Size(self.factor // other.factor, tuple(sorted(left.elements())))

    def __str__(self) -> str:
        named = ["n" if symbol == ROWS.symbols[0] else "?" for symbol in self.symbols]
        return " * ".join([*([str(self.factor)] if self.factor != 1 or not named else []), *named])


ROWS = Size(1, ("rows",))
"""How many rows a batch has."""
ONE = Size(1)

Shape = tuple[Size, ...]


def elements(shape: Shape) -> Size:
    """How many elements a tensor of this shape has."""
    symbols = sorted(symbol for size in shape for symbol in size.symbols)
    return Size(prod(size.factor for size in shape), tuple(symbols))
