"""A few rows and their answers, replayed by each serving pod before it turns ready: ordinary ones, and the edges."""

from typing import Any

import numpy as np

from colonnade_serving.bundle import Golden, Tensor
from colonnade_serving.engine import Engine

from ..learning.features import Feature
from ..rows.frames import Frame

Array = np.ndarray[Any, Any]
ORDINARY = 4
MOST_ROWS = 16


def choose(frame: Frame, rows: Array) -> Array:
    """At most 16 of the rows (indices): the first four; for each feature one that lacks it, its least, its greatest."""
    edges = [row for feature in frame.features for row in _edges(frame.inputs[feature.name][rows], feature)]
    chosen = dict.fromkeys([*range(min(ORDINARY, len(rows))), *edges])
    return rows[list(chosen)[:MOST_ROWS]]


def record(engine: Engine, inputs: dict[str, Array], tolerance: float = 1e-5) -> Golden:
    """The inputs and what the engine answers to them, element by element what a client would see.

    tolerance: how far a serving pod's answers may be off, absolute, and relative above 1.
    """
    outputs = engine.infer(inputs)
    return Golden(
        inputs=[Tensor.of(name, array) for name, array in inputs.items()],
        outputs=[Tensor.of(name, array) for name, array in outputs.items()],
        tolerance=tolerance,
    )


def _edges(values: Array, feature: Feature) -> list[int]:
    if feature.kind in ("category", "text"):
        return [int(row) for row in np.flatnonzero(values == "")[:1]]
    missing = np.isnan(values)
    if missing.all():
        return [0]
    return [*map(int, np.flatnonzero(missing)[:1]), int(np.nanargmin(values)), int(np.nanargmax(values))]
