"""Before anyone is answered out of a batch: distinct rows must get the answers that each of them gets alone."""

import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from ..bundle import agree
from ..datatypes import BF16, NUMPY
from ..engine import Engine, ModelFailed
from ..graph import Objection
from ..protocol.signature import TensorSpec

SECONDS = 0.3
"""All of it together; but two rows and the batch of both are run however long they take."""
SIZES = (2, 3, 8, 33)
"""Rows of the batches that are tried: kernels go by fours and eights."""
FREE = (4, 1, 32)
"""What dimensions of any size are set to; the first that the model takes."""
ATTEMPTS = 50
"""Rows that are drawn at most: some may be equal, and on some the model may fail."""
WORDS = ("", "a", "Bern", "no 7", "late and cold", "Zürich", "x" * 40)

Row = Mapping[str, np.ndarray]


def proof(engine: Engine, golden: Row, most: int) -> Objection | None:
    """What differs when random rows run together, in batches of at most so many; None when nothing does.

    golden: inputs that are known to be plausible, by name, their rows on axis 0; empty when there are none. Rows on
    which the model fails are left out: where it takes no random row, as of categories that it doesn't know, there is
    no proof, and none against it.
    """
    until = time.perf_counter() + SECONDS
    rows: list[Row] = []
    alone: list[Row] = []
    drawn = _answered(engine, golden)
    for size in (size for size in SIZES if size <= most):
        for row, answer in islice(drawn, size - len(rows)):
            rows.append(row)
            alone.append(answer)
            if len(rows) > 1 and time.perf_counter() > until:
                break
        if len(rows) > 1 and (differs := _differs(engine, rows, alone)):
            return Objection(differs)
        if len(rows) < size or time.perf_counter() > until:
            break
    return None


def _differs(engine: Engine, rows: Sequence[Row], alone: Sequence[Row]) -> str:
    """What is otherwise about rows together; "" when nothing is."""
    try:
        found = engine.infer({name: np.concatenate([row[name] for row in rows]) for name in rows[0]})
    except ModelFailed as failure:
        return f"the model fails on {len(rows)} rows together that it answers one by one: {failure}"
    for name, array in found.items():
        if array.shape[:1] != (len(rows),):
            return f"output {name} of {len(rows)} rows has the shape {list(array.shape)}"
        if not all(agree(each[name], array[at : at + 1], array) for at, each in enumerate(alone)):
            return f"output {name} of random rows differs alone and in a batch of {len(rows)}"
    return ""


def _answered(engine: Engine, golden: Row) -> Iterator[tuple[Row, Row]]:
    """Random rows, no two of them equal, with their answers alone; the same ones at each start.

    Dimensions of any size are of the first size that the model takes a row of, so that all go into one batch.
    """
    random = np.random.default_rng(13)
    seen: set[Hashable] = set()
    sizes = iter(FREE)
    free = next(sizes)
    for _ in range(ATTEMPTS):
        row = {spec.name: _drawn(spec, golden.get(spec.name), free, random) for spec in engine.inputs}
        key = tuple(tuple(array.ravel()) if array.dtype.kind == "O" else array.tobytes() for array in row.values())
        if key in seen:
            continue
        try:
            answer = engine.infer(row)
        except ModelFailed:
            free = free if seen else next(sizes, free)
            continue
        seen.add(key)
        yield row, answer


def _drawn(spec: TensorSpec, golden: np.ndarray | None, free: int, random: np.random.Generator) -> np.ndarray:
    """One row, shape (1, …): elements of golden rows, each from any of them, or else numbers and words of all sorts."""
    if golden is not None and len(golden):
        picked = random.integers(0, len(golden), golden.shape[1:])
        row = np.take_along_axis(golden, picked[None], 0) if golden.ndim > 1 else golden[[int(picked)]]
        return _moved(row, random)
    shape = (1, *[free if size == -1 else size for size in spec.shape[1:]])
    dtype = NUMPY[spec.datatype]
    if dtype.kind == "O":
        return random.choice(np.array(WORDS, object), shape)
    if dtype.kind == "f" or dtype == BF16:
        return (random.normal(size=shape) * 10.0 ** random.integers(-1, 2)).astype(dtype)
    return random.integers(0, 2 if dtype.kind == "b" else 100, shape).astype(dtype)


def _moved(row: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Numbers a little aside, so that few golden rows make many."""
    if row.dtype.kind != "f":
        return row
    return (row * random.normal(1.0, 0.1, row.shape)).astype(row.dtype)
