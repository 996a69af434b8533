"""How much worse a model answers the held-out rows when one of its inputs is shuffled: what it leans on.

Breiman 2001, Random forests, section 10; of the served graph, whatever made it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from colonnade_serving.engine import Engine, ModelFailed

from ..rows.frames import Frame

Array = np.ndarray[Any, Any]
Score = Callable[[list[Array], Array], float]
"""Of the engine's answers, and of the rows that they are to; greater is better."""
Fall = Callable[[list[Array]], float]
SHUFFLES = 5
MOST_FEATURES = 64
MOST_ROWS, FEWEST_ROWS = 1000, 50
ANSWERS = 20_000
"""As many rows the engine is asked for it, or as many as there are held-out ones: it costs no more than judging did."""


def permuted(engine: Engine, frame: Frame, testing: Array, score: Score, seed: int) -> list[dict[str, Any]]:
    """Each input by how much the score falls when it is shuffled: mean, least and greatest of five shuffles, the
    greatest first. Empty where there are too many inputs, or too few rows."""
    names = [feature.name for feature in frame.features]
    rows = min(max(ANSWERS, len(testing)) // max(len(names) * SHUFFLES, 1), MOST_ROWS, len(testing))
    if len(names) > MOST_FEATURES or rows < min(FEWEST_ROWS, len(testing)) or rows < 2:
        return []
    random = np.random.default_rng(seed)
    chosen = np.sort(random.choice(len(testing), rows, replace=False))
    tensors = frame.tensors(testing[chosen])
    try:
        before = score(list(engine.infer(tensors).values()), chosen)
        found = [_falls(engine, tensors, name, lambda answer: before - score(answer, chosen), random) for name in names]
    except (ModelFailed, ValueError):
        return []
    described = [
        {"name": name, "value": _short(float(np.mean(falls))), "low": _short(min(falls)), "high": _short(max(falls))}
        for name, falls in zip(names, found, strict=True)
    ]
    return sorted(described, key=lambda each: (-float(each["value"]), each["name"]))


def _falls(
    engine: Engine, tensors: dict[str, Array], name: str, fall: Fall, random: np.random.Generator
) -> list[float]:
    shuffled = (tensors | {name: random.permutation(tensors[name])} for _ in range(SHUFFLES))
    return [fall(list(engine.infer(each).values())) for each in shuffled]


def _short(value: float) -> float:
    return round(float(value), 4) + 0.0
