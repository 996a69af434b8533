"""Confusion counts, and what they might have been: draws of the multinomial, from the rows and two more.

All that is taken of labels is a function of the confusion counts, so that a draw costs the same however many rows there
are. Where a model answers every row right, all resamples of these rows agree that it is never wrong. Two rows more, one
right and one wrong, spread over the classes, leave that open: so do Agresti and Coull 1998, Approximate is better than
"exact" for interval estimation of binomial proportions, with four.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
PSEUDO_ROWS = 2
DRAWS = 1000
FEWEST_DRAWS = 50
MOST_WORK = 100_000_000  # cells of a table times draws


@dataclass(frozen=True)
class Confusion:
    """How many rows of a class were answered by a class, for the pairs that occur or might. All of shape (cells,).

    truth, answered: the classes' index; answered is `classes` where the answer is none of them. rows: a whole number of
    each; pseudo: what each has of the two rows more.
    """

    classes: int
    truth: Array
    answered: Array
    rows: Array
    pseudo: Array


def confusion(truth: Array, answered: Array, classes: int) -> Confusion:
    """Of rows. truth, answered: the classes' index, shape (rows,)."""
    right = np.arange(classes)
    wrong = (right + 1) % classes
    side = classes + 1
    cells, rows = np.unique(
        np.r_[truth * side + answered, right * side + right, right * side + wrong], return_counts=True
    )
    pseudo = np.isin(cells, np.r_[right * side + right, right * side + wrong]).astype(float)
    return Confusion(classes, cells // side, cells % side, rows - pseudo, pseudo * PSEUDO_ROWS / pseudo.sum())


def draws(counts: Confusion, seed: int) -> Array:
    """What the counts might have been, shape (draws, cells); each draw has as many rows as were counted, and two."""
    likely = counts.rows + counts.pseudo
    times = max(FEWEST_DRAWS, min(DRAWS, MOST_WORK // (counts.classes + 1) ** 2))
    random = np.random.default_rng(seed)
    return random.multinomial(int(counts.rows.sum()) + PSEUDO_ROWS, likely / likely.sum(), times).astype(float)
