"""Models of known quality, and held-out rows drawn from them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Drawn:
    """Held-out rows. truth, answered: the classes' index, shape (rows,); probabilities: shape (rows, 2)."""

    truth: Array
    answered: Array
    probabilities: Array


def of_accuracy(accuracy: float, rows: int, random: np.random.Generator) -> Drawn:
    """Half of the rows are positive; each is answered right with this probability."""
    truth = (random.random(rows) < 0.5).astype(int)
    answered = np.where(random.random(rows) < accuracy, truth, 1 - truth)
    return Drawn(truth, answered, np.full((rows, 2), 0.5))


def two_alike(
    accuracies: tuple[float, float], agree: float, rows: int, random: np.random.Generator
) -> tuple[Drawn, Array]:
    """What two models answer to the same rows: they share the draw that decides whether a row is easy, for `agree` of
    them. Returns one, and the other's answers."""
    truth = (random.random(rows) < 0.5).astype(int)
    ours, own = random.random(rows), random.random(rows)
    theirs = np.where(random.random(rows) < agree, ours, own)
    answers = [
        np.where(luck < accuracy, truth, 1 - truth) for luck, accuracy in zip((ours, theirs), accuracies, strict=True)
    ]
    return Drawn(truth, answers[0], np.full((rows, 2), 0.5)), answers[1]


def of_groups(sizes: tuple[int, ...], selected: tuple[float, ...], random: np.random.Generator) -> tuple[Drawn, Array]:
    """Groups of so many rows, each with its share that is answered by the positive class. Returns rows and groups."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    truth = (random.random(len(group)) < 0.5).astype(int)
    answered = (random.random(len(group)) < np.array(selected)[group]).astype(int)
    return Drawn(truth, answered, np.full((len(group), 2), 0.5)), group
