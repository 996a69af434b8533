"""Whether values are of a kind by more than chance: of random ten-digit numbers, one in ten has a right check digit.

What chance does is told by values made of the column's own: each digit and letter drawn from those that the column has
in that place, which keeps lengths, prefixes and ranges, and breaks nothing but what a check digit ties together.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

DRAWN = 2000
SIGNIFICANCE = 1e-6
"""A thousand tables of ten columns, each asked for sixty kinds: less than one finding by chance."""
ENOUGH_ALIKE = 20
DIGITS = "0123456789"


@dataclass(frozen=True)
class Evidence:
    """hits of tried values are of a kind; chance: the share, 0 to 1, that would be without being meant to."""

    hits: int
    tried: int
    chance: float
    significant: bool

    @property
    def share(self) -> float:
        """The share that is of the kind beyond chance: hits are all s that are meant and chance of the others, so
        s = (hits / tried - chance) / (1 - chance)."""
        if self.chance >= 1:
            return 0.0
        return max(0.0, (self.hits / self.tried - self.chance) / (1 - self.chance))


def weigh(values: Sequence[str], is_of_kind: Callable[[str], bool]) -> Evidence:
    """Evidence of different values, by Fisher's exact test (Fisher 1935, The design of experiments) against as many as
    DRAWN made by chance."""
    from scipy.stats import fisher_exact  # noqa: PLC0415 - a second, which only tables with such values need

    hits = sum(map(is_of_kind, values))
    made = shuffled(values, DRAWN)
    by_chance = sum(map(is_of_kind, made))
    table = [[hits, len(values) - hits], [by_chance, len(made) - by_chance]]
    p_value = float(fisher_exact(table, alternative="greater").pvalue)
    return Evidence(hits, len(values), by_chance / len(made), p_value < SIGNIFICANCE)


def shuffled(values: Sequence[str], count: int) -> list[str]:
    """Values made of these, place by place; where few are written alike, each digit is any digit. Always the same."""
    chosen = random.Random(0)  # noqa: S311 - no secret
    alike: dict[str, list[str]] = defaultdict(list)
    for value in values:
        alike[_shape(value)].append(value)
    places = {shape: list(zip(*group, strict=True)) for shape, group in alike.items() if len(group) >= ENOUGH_ALIKE}
    made = []
    for value in (values[n % len(values)] for n in range(count)):
        columns = places.get(_shape(value))
        if columns:
            made.append("".join(map(chosen.choice, columns)))
        else:
            made.append("".join(chosen.choice(DIGITS) if letter.isdigit() else letter for letter in value))
    return made


def _shape(value: str) -> str:
    return "".join("9" if letter.isdigit() else "a" if letter.isalpha() else letter for letter in value)
