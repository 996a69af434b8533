"""How the target is spread over the training and the held-out rows."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
MOST_CLASSES = 50


def of_target(target: Array, training: Array, testing: Array, classes: Array | None) -> list[dict[str, Any]]:
    """Of a classification the rows of each class, the most frequent 50; of a regression the target's numbers.

    training, testing: indices of rows; classes: None for a regression.
    """
    sides = {"train": target[training], "test": target[testing]}
    if classes is None:
        return [{"rows": side, **_numbers(values)} for side, values in sides.items()]
    counts = {
        side: np.bincount(np.searchsorted(classes, values), minlength=len(classes)) for side, values in sides.items()
    }
    frequent = np.sort(np.argsort(-counts["train"], kind="stable")[:MOST_CLASSES])
    return [{"class": classes.tolist()[k], **{side: int(of[k]) for side, of in counts.items()}} for k in frequent]


def _numbers(values: Array) -> dict[str, float]:
    found = {
        "least": values.min(),
        "median": np.median(values),
        "greatest": values.max(),
        "mean": values.mean(),
        "deviation": values.std(),
    }
    return {name: float(f"{value:.6g}") for name, value in found.items()}
