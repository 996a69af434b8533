"""First inferences are slow (memory, threads, caches): they are run before anyone waits for one."""

import time
from collections.abc import Collection, Iterable

import numpy as np

from ..datatypes import NUMPY
from ..engine import Engine
from ..protocol.signature import TensorSpec

SECONDS = 0.1
RUNS = 20


def warm_up(engine: Engine, inputs: dict[str, np.ndarray], growing: Collection[str]) -> int:
    """Runs the model on the first row of inputs for a while; returns the number of runs. Raises ModelFailed.

    growing: the inputs whose leading dimension is rows.
    """
    row = {name: array[:1] if name in growing else array for name, array in inputs.items()}
    end = time.monotonic() + SECONDS
    for run in range(1, RUNS + 1):
        engine.infer(row)
        if time.monotonic() > end:
            return run
    return RUNS


def made_up(specs: Iterable[TensorSpec]) -> dict[str, np.ndarray]:
    """Zeros and empty texts, one row, for a model that came without golden inputs."""
    return {spec.name: _zeros(spec) for spec in specs}


def _zeros(spec: TensorSpec) -> np.ndarray:
    shape = tuple(1 if size == -1 else size for size in spec.shape)
    if spec.datatype == "BYTES":
        return np.full(shape, "", dtype=object)
    return np.zeros(shape, NUMPY[spec.datatype])
