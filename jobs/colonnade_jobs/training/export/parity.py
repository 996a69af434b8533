"""Whether the serving engine answers as scikit-learn does, on every held-out row."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from colonnade_serving.engine import Engine, ModelFailed
from colonnade_serving.modelfile import ModelInvalid

from ... import progress, resources
from ...errors import PermanentError
from ..rows.frames import Frame
from .float32 import FLOAT32_SUMS

Array = np.ndarray[Any, Any]
TOLERANCE = 1e-5  # of a probability, and of a prediction in units of the target's spread
BATCH = 128
ALONE = 16


@dataclass(frozen=True)
class Parity:
    """rows: compared, each of them; failed: how many differ by more than the tolerance; worst: the largest difference.

    ties: indices of rows that lie equally near to two answers, where either is right.
    """

    rows: int
    failed: int
    worst: float
    ties: tuple[int, ...] = ()


def load(model: Path) -> Engine:
    """The serving engine with a model. Raises PermanentError when it can't be loaded."""
    try:
        return Engine(model, threads=1)
    except ModelInvalid as error:
        raise PermanentError("ExportFailed", f"the exported model can't be served: {error}") from error


def answer(engine: Engine, frame: Frame, rows: Array, widths: list[tuple[int, ...]]) -> list[Array]:
    """The engine's outputs for rows of a frame, in the graph's order.

    widths: each output's shape behind its rows. Raises PermanentError when it fails on a row, answers in another shape,
    or answers a row otherwise when it is alone.
    """
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    found: list[list[Array]] = []
    # One thread an inference and several inferences at once: the engine lets go of the GIL while it computes.
    with ThreadPoolExecutor(resources.cpus()) as pool:
        for n, outputs in enumerate(pool.map(lambda batch: _infer(engine, frame, batch, widths), batches)):
            found.append(outputs)
            if n and n % 20 == 0:
                progress.report(65 + 25 * n // len(batches), f"{n * BATCH:,} of {len(rows):,} rows compared")
    whole = [np.concatenate(of) for of in zip(*found, strict=True)]
    _check_alone(engine, frame, rows, whole)
    return whole


def _infer(engine: Engine, frame: Frame, rows: Array, widths: list[tuple[int, ...]]) -> list[Array]:
    try:
        outputs = engine.infer(frame.tensors(rows))
    except ModelFailed as error:
        raise PermanentError("ParityFailed", f"the serving engine fails on a held-out row: {error}") from error
    for (name, output), width in zip(outputs.items(), widths, strict=True):
        if output.shape != (len(rows), *width):
            raise PermanentError(
                "ParityFailed",
                f"the serving engine answers {len(rows)} rows by {name} of the shape {list(output.shape)}, where "
                f"{[len(rows), *width]} is due: its ONNX form is wrong; try another estimator",
            )
    return list(outputs.values())


def _check_alone(engine: Engine, frame: Frame, rows: Array, together: list[Array]) -> None:
    for n in range(0, len(rows), -(-len(rows) // ALONE)):
        alone = _infer(engine, frame, rows[n : n + 1], [output.shape[1:] for output in together])
        if not all(_same(one[0], all_, n) for one, all_ in zip(alone, together, strict=True)):
            raise PermanentError(
                "ParityFailed",
                "the serving engine answers a held-out row otherwise when it comes alone than among others: requests "
                "are answered together, so this model can't be served; try another estimator",
            )


def _same(alone: Array, together: Array, row: int) -> bool:
    if together.dtype.kind != "f":
        return bool(alone == together[row])
    allowed = TOLERANCE * float(together.std())
    return np.allclose(alone, together[row], rtol=FLOAT32_SUMS, atol=allowed, equal_nan=True)


def compare(
    expected: list[Array],
    served: list[Array],
    spread: float = 1,
    tied: Callable[[Array], Array] | None = None,
    threshold: float | None = None,
) -> Parity:
    """expected, served: the outputs in order: labels (rows,) and probabilities (rows, K), or predictions (rows, 1).

    spread: the target's standard deviation, in which differences of predictions are told; 1 for probabilities. A number
    far larger than the spread may lose what float32 sums lose. A label must be equal, unless the two largest
    probabilities are within the tolerance of each other, or the second one within that of the threshold. tied: of
    rows by index, whether either answer is right.
    """
    numbers, other = expected[-1].astype(float), served[-1].astype(float)
    apart = np.abs(numbers - other)
    allowed = np.maximum(TOLERANCE * spread, FLOAT32_SUMS * np.abs(numbers))
    failed = ~(apart <= allowed).all(axis=1)  # so that NaN fails
    ties = np.zeros(len(failed), dtype=bool)
    if len(expected) == 2:
        differ = expected[0] != served[0]
        ties = differ & (margin(numbers, threshold) <= 2 * TOLERANCE) & ~failed
        failed |= differ & ~ties
    if tied is not None and failed.any():
        ties[failed] = tied(np.flatnonzero(failed))
        failed &= ~ties
    worst = np.where(np.isfinite(apart), apart, np.inf)[failed | ~ties].max(initial=0) / spread
    return Parity(len(failed), int(failed.sum()), float(worst), tuple(np.flatnonzero(ties).tolist()))


def margin(probabilities: Array, threshold: float | None) -> Array:
    """How far a row's probabilities, shape (rows, classes), are from another label, shape (rows,): the likeliest from
    the next, or the second of two classes from the threshold, twice, as it moves the first one too."""
    if threshold is not None:
        return np.asarray(2 * np.abs(probabilities[:, 1] - threshold))
    top = np.sort(probabilities, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0])


def check(parity: Parity, estimator: str, scale: str) -> None:
    """Raises PermanentError (ParityFailed), saying why and what to do, when a row differs."""
    if not parity.failed:
        return
    raise PermanentError(
        "ParityFailed",
        f"{parity.failed:,} of {parity.rows:,} held-out rows get another answer from the serving engine than from "
        f"scikit-learn (worst {parity.worst:.2g}, limit {TOLERANCE:g}): {_why(estimator, scale)}",
    )


def _why(estimator: str, scale: str) -> str:
    if "Neighbors" in estimator:
        return "near rows are ordered differently, though none are equally near; set preprocessing.scale: Standard"
    if estimator.endswith("Pipeline"):
        return "a step rounds otherwise before a split or a bin; leave scalers and bins out of params.steps"
    if scale == "Standard" and any(word in estimator for word in ("Tree", "Forest", "Boosting", "XGB", "LGBM")):
        return "scaled numbers land on the other side of a split; set preprocessing.scale: Auto"
    return "the two compute it with another precision; try another estimator, or fewer and smaller numbers as features"
