"""Days of labelled answers, drawn from laws whose metrics are known."""

from collections import Counter
from collections.abc import Iterator
from math import exp, pi, sqrt

import numpy as np

from colonnade.statistics.intervals import Estimate, difference, of_share, ratio
from colonnade.statistics.labelled import Errors, of_classes, of_errors

Array = np.ndarray
DRAWS = 4_000
"""Two standard errors of a coverage are then 0.7 %."""
SEED = 18
KNOWN = {
    ("normal", "mae"): 2 * sqrt(2 / pi),
    ("normal", "rmse"): 2.0,
    ("skewed", "mae"): 16 * exp(-2),
    ("skewed", "rmse"): sqrt(8),
}
"""Of normal errors with a standard deviation of 2, and of a gamma distribution, shape 2 and scale 2, less its mean."""


def table(classes: int, right: float, random: np.random.Generator) -> Array:
    """Probabilities by predicted and actual class: `right` of each class is answered so, the rest as others."""
    shares = random.dirichlet(np.full(classes, 5.0))
    wrong = random.dirichlet(np.ones(classes), classes) * (1 - np.eye(classes))
    given = np.eye(classes) * right + (1 - right) * wrong / wrong.sum(axis=1, keepdims=True)
    return np.asarray((shares[:, None] * given).T)


def truth(metric: str, law: Array) -> float:
    """The metric itself, over the law's probabilities."""
    hits, guesses, truths = np.diag(law), law.sum(axis=1), law.sum(axis=0)
    if metric == "accuracy":
        return float(hits.sum())
    each = {"precision": hits / guesses, "recall": hits / truths, "f1": 2 * hits / (guesses + truths)}[metric]
    return float(each[1] if len(law) == 2 else each.mean())


def of_labels(metric: str, classes: int, right: float, rows: int) -> Iterator[tuple[float, Estimate]]:
    """The metric and its estimate from each day's rows."""
    random = np.random.default_rng(SEED)
    names = [str(n) for n in range(classes)]
    for _ in range(DRAWS):
        law = table(classes, right, random)
        drawn = random.multinomial(rows, law.ravel()).reshape(law.shape)
        cells = Counter({(names[i], names[j]): int(drawn[i, j]) for i in range(classes) for j in range(classes)})
        yield truth(metric, law), of_classes(metric, cells, names)


def of_numbers(metric: str, law: str, rows: int) -> Iterator[tuple[float, Estimate]]:
    """Errors of a regression: normal, or with a long tail on one side."""
    random = np.random.default_rng(SEED)
    draw = {"normal": lambda n: random.normal(0, 2, n), "skewed": lambda n: random.gamma(2, 2, n) - 4}[law]
    known = KNOWN[law, metric]
    for _ in range(DRAWS):
        errors = np.abs(draw(rows))
        squared = errors * errors
        sums = Errors(rows, float(errors.sum()), float(squared.sum()), float((squared * squared).sum()))
        yield known, of_errors(metric, sums)


def of_groups(apart: str, rows: tuple[int, int]) -> Iterator[tuple[float, Estimate]]:
    """Two groups' rates, as a difference or a ratio."""
    random = np.random.default_rng(SEED)
    for _ in range(DRAWS):
        one, other = random.uniform(0.1, 0.9, 2)
        first, second = int(random.binomial(rows[0], one)), int(random.binomial(rows[1], other))
        if apart == "difference":
            yield one - other, difference(of_share(first / rows[0], rows[0]), of_share(second / rows[1], rows[1]))
        else:
            yield one / other, ratio(first, rows[0], second, rows[1])
