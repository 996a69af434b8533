"""Successive halving: many trials at little cost, the best of them again at more, and so on."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Annotated

from pydantic import Field

from colonnade_api.common import SpecPart

ROWS = "rows"


class Halving(SpecPart):
    """How trials are promoted.

    Jamieson and Talwalkar 2016, Non-stochastic best arm identification and hyperparameter optimization.
    """

    resource: Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = Field(
        default=ROWS,
        description="What is saved on the lower rungs: rows (of each fold's training rows), or an argument that "
        "estimator.params has as a number, such as n_estimators or max_iter. The last rung has all of it.",
    )
    factor: Annotated[int, Field(ge=2, le=10)] = Field(
        default=3, description="Of so many trials of a rung one is promoted, and gets so many times as much."
    )
    rungs: Annotated[int, Field(ge=2, le=5)] = Field(default=3, description="How many rungs there are.")

    @property
    def fewest(self) -> int:
        """The trials that it takes for one on the last rung."""
        return sum(self.factor**rung for rung in range(self.rungs))

    def sizes(self, most: int) -> tuple[int, ...]:
        """How many trials each rung has, for at most so many in all."""
        *_, best = (sizes for first in range(most + 1) if sum(sizes := self._from(first)) <= most)
        return best

    def starts(self, most: int) -> tuple[int, ...]:
        """The number of each rung's first trial, and one past the last trial's."""
        return (0, *accumulate(self.sizes(most)))

    def rung_of(self, number: int, most: int) -> int:
        return sum(number >= start for start in self.starts(most)[1:])

    def share(self, rung: int) -> float:
        """How much of the resource a rung's trials get."""
        return float(self.factor ** (rung + 1 - self.rungs))

    def _from(self, first: int) -> tuple[int, ...]:
        return tuple(first // self.factor**rung for rung in range(self.rungs))

    def promotions(self, most: int) -> Iterator[tuple[range, range]]:
        """Each rung's trials by number, with the trials of the rung above."""
        starts = self.starts(most)
        for low, middle, high in zip(starts, starts[1:], starts[2:], strict=False):
            yield range(low, middle), range(middle, high)
