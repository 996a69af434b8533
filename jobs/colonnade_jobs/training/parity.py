"""Whether the serving engine answers as scikit-learn does, on every held-out row."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from colonnade_serving.engine import Engine, ModelFailed
from colonnade_serving.modelfile import ModelInvalid

from .. import progress, resources
from ..refusals import Refusal
from .frames import Frame

Array = np.ndarray[Any, Any]
TOLERANCE = 1e-5
BATCH = 128


@dataclass(frozen=True)
class Parity:
    """rows: compared, each of them; failed: how many differ by more than the tolerance; worst: the largest."""

    rows: int
    failed: int
    worst: float


def load(model: Path) -> Engine:
    """The serving engine with a model. Raises Refusal when it can't be loaded."""
    try:
        return Engine(model, threads=1)
    except ModelInvalid as error:
        raise Refusal("ExportFailed", f"the exported model can't be served: {error}") from error


def answer(engine: Engine, frame: Frame, rows: Array) -> list[Array]:
    """The engine's outputs for rows of a frame, in the graph's order. Raises Refusal when it fails on one."""
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    found: list[dict[str, Array]] = []
    try:
        # One thread an inference and several inferences at once: the engine lets go of the GIL while it computes.
        with ThreadPoolExecutor(resources.cpus()) as pool:
            for n, outputs in enumerate(pool.map(lambda batch: engine.infer(frame.tensors(batch)), batches)):
                found.append(outputs)
                if n and n % 20 == 0:
                    progress.report(65 + 25 * n // len(batches), f"{n * BATCH:,} of {len(rows):,} rows compared")
    except ModelFailed as error:
        raise Refusal("ParityFailed", f"the serving engine fails on a held-out row: {error}") from error
    return [np.concatenate([one[output.name] for one in found]) for output in engine.outputs]


def compare(expected: list[Array], served: list[Array]) -> Parity:
    """expected, served: the outputs in order: labels (rows,) and probabilities (rows, K), or predictions (rows, 1).

    Differences are relative to the largest of 1, the number, and how far the numbers spread: a prediction near 0 of a
    target in thousands is a sum of thousands. A label must be equal, unless the two largest probabilities are within
    the tolerance of each other.
    """
    numbers, other = expected[-1].astype(float), served[-1].reshape(expected[-1].shape).astype(float)
    unit = np.maximum(max(1, numbers.std()), np.abs(numbers))
    worst = (np.abs(numbers - other) / unit).max(axis=1)
    worst = np.where(np.isfinite(worst), worst, np.inf)
    failed = worst > TOLERANCE
    if len(expected) == 2:
        top = np.sort(numbers, axis=1)[:, -2:]
        failed |= (expected[0] != served[0].ravel()) & (top[:, 1] - top[:, 0] > 2 * TOLERANCE)
    return Parity(len(worst), int(failed.sum()), float(worst.max()))


def check(parity: Parity, estimator: str, scale: str) -> None:
    """Raises Refusal (ParityFailed), saying why and what to do, when a row differs."""
    if not parity.failed:
        return
    raise Refusal(
        "ParityFailed",
        f"{parity.failed:,} of {parity.rows:,} held-out rows get another answer from the serving engine than from "
        f"scikit-learn (worst {parity.worst:.2g}, limit {TOLERANCE:g}): {_why(estimator, scale)}",
    )


def _why(estimator: str, scale: str) -> str:
    if "Neighbors" in estimator:
        return "equally near rows are ordered differently; add a feature that tells them apart, or drop duplicate rows"
    if scale == "Standard" and any(word in estimator for word in ("Tree", "Forest", "Boosting")):
        return "scaled numbers land on the other side of a split; set preprocessing.scale: Auto"
    return "the two compute it with another precision; try another estimator, or fewer and smaller numbers as features"
