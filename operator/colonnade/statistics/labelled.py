"""Metrics of labelled answers, out of counts that add up over pods, each with its interval.

The same as training takes of held-out rows: of two classes precision, recall and f1 are the second one's; of more they
are means over the classes that occur; what is undefined is 0.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from colonnade.statistics.intervals import Estimate, of_mean, of_share

Cells = Mapping[tuple[str, str], int]
"""Rows by predicted and actual class."""
Parts = tuple[float, float]


@dataclass(frozen=True)
class _Class:
    """hits: rows that are of it and were answered so. guesses: answered so. truths: of it."""

    name: str
    hits: int
    guesses: int
    truths: int


@dataclass(frozen=True)
class _Share:
    """A class's metric as a quotient: what it is, and what a row more of a cell adds to both of its parts."""

    parts: Callable[[_Class], Parts]
    adds: Callable[[bool, bool], Parts]


SHARES: Mapping[str, _Share] = {
    "precision": _Share(lambda one: (one.hits, one.guesses), lambda told, true: (told and true, told)),
    "recall": _Share(lambda one: (one.hits, one.truths), lambda told, true: (told and true, true)),
    "f1": _Share(
        lambda one: (one.hits, (one.guesses + one.truths) / 2), lambda told, true: (told and true, (told + true) / 2)
    ),
}


def of_classes(metric: str, cells: Cells, classes: Sequence[str]) -> Estimate:
    """accuracy, precision, recall or f1. cells: at least one row. classes: in the model's order; none matter for
    accuracy.

    The interval is Wilson's, for as many rows as a share would need to vary as much as the metric does (its variance
    is the delta method's, over the cells of a multinomial); where nothing varies, for the fewest that a class has.
    Korn and Graubard 1998, Confidence intervals for proportions with small expected number of positive counts.
    """
    total = sum(cells.values())
    if metric == "accuracy":
        return of_share(sum(rows for (told, true), rows in cells.items() if told == true) / total, total)
    taken, share = _taken(cells, classes), SHARES[metric]
    each = [(one.name, *share.parts(one)) for one in taken]
    value = sum(part / whole for _, part, whole in each if whole) / len(taken)
    gradient: dict[tuple[str, str], float] = defaultdict(float)
    for name, part, whole in each:
        for told, true in cells if whole else ():
            upper, lower = share.adds(told == name, true == name)
            gradient[told, true] += (upper - part / whole * lower) / whole / len(taken)
    variance = sum(rows * gradient[cell] ** 2 for cell, rows in cells.items())
    fewest = max(1.0, min(whole for _, _, whole in each))
    return of_share(min(1.0, value), value * (1 - value) / variance if variance > 0 and 0 < value < 1 else fewest)


def _taken(cells: Cells, classes: Sequence[str]) -> list[_Class]:
    """The second class of two; of more, those that occur. One that nobody has and nothing is called is of no use."""
    wanted = classes[1:] if len(classes) == 2 else classes
    found = [
        _Class(
            name,
            cells.get((name, name), 0),
            sum(rows for (told, _), rows in cells.items() if told == name),
            sum(rows for (_, true), rows in cells.items() if true == name),
        )
        for name in wanted
    ]
    return [one for one in found if one.guesses + one.truths] or found[:1]


@dataclass(frozen=True)
class Errors:
    """Sums over a regression's labelled rows, of |error| and its powers."""

    rows: int
    absolute: float
    squared: float
    fourth: float

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(
            self.rows + other.rows,
            self.absolute + other.absolute,
            self.squared + other.squared,
            self.fourth + other.fourth,
        )


def of_errors(metric: str, errors: Errors) -> Estimate:
    """mae or rmse, in the target's unit. errors: of at least one row."""
    rows, mean_square = errors.rows, errors.squared / errors.rows
    if metric == "mae":
        mean = errors.absolute / rows
        return of_mean(mean, max(0.0, mean_square - mean * mean), rows)
    squares = of_mean(mean_square, max(0.0, errors.fourth / rows - mean_square * mean_square), rows)

    def interval(z: float) -> Parts:
        low, high = squares.interval(z)
        return sqrt(low), sqrt(high)

    return Estimate(sqrt(mean_square), interval)
