"""Days of rows of 30 features, as training saw them or moved by so much; numpy alone: each peer has its own Python."""

from collections.abc import Iterator

import numpy as np

NUMBERS, CATEGORIES = 20, 10
TRAINED, SEED = 20_000, 20261129
KINDS = ("normal", "lognormal", "exponential", "poisson")
MOST_CATEGORIES = 50


def generator(*of: int) -> np.random.Generator:
    return np.random.default_rng([SEED, *of])


def numbers(draws: np.random.Generator, rows: int, shift: float = 0.0) -> Iterator[np.ndarray]:
    """Each feature's values, shape (rows,). shift: of the first, normal, in standard deviations."""
    for place in range(NUMBERS):
        values = _drawn(draws, KINDS[place % len(KINDS)], rows)
        yield values + shift if place == 0 else values


def categories(draws: np.random.Generator, rows: int) -> Iterator[np.ndarray]:
    """Each feature's codes, shape (rows,), of 5 to 50 categories, the rarest as many times rarer than the first."""
    for place in range(CATEGORIES):
        law = shares(place)
        yield draws.choice(len(law), rows, p=law)


def shares(place: int) -> np.ndarray:
    """Of each category of a feature."""
    names = 5 + round(place * (MOST_CATEGORIES - 5) / (CATEGORIES - 1))
    weights = 1.0 / np.arange(1, names + 1)
    found: np.ndarray = weights / weights.sum()
    return found


def _drawn(draws: np.random.Generator, kind: str, rows: int) -> np.ndarray:
    if kind == "normal":
        return draws.normal(size=rows)
    if kind == "lognormal":
        return draws.lognormal(0, 1, rows)
    if kind == "exponential":
        return draws.exponential(1, rows)
    return draws.poisson(3, rows).astype(float)
