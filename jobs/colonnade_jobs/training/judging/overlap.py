"""Which rows another model learnt from: it would know their answers, and be judged too well on them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from colonnade_api.datasets.split import Split
from colonnade_api.models.training import Training
from colonnade_serving.store import Store

from ...data.versions import stored
from ...errors import PermanentError
from ..rows import frames, split

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Learnt:
    """rows: which rows of a table a model learnt from, shape (rows,). unknown: why that can't be told, for people, or
    nothing."""

    rows: Array
    unknown: str = ""


@dataclass(frozen=True)
class Table:
    """A dataset version on disk. manifest: as version.json has it."""

    digest: str
    manifest: dict[str, Any]
    path: Path


def learnt(here: Table, wanted: Training, other: str | None, store: Store, scratch: Path) -> Learnt:
    """Which rows of a table a model learnt from that was trained for the same target on another dataset version.

    other: the digest of that version. Rows are the same by the unique key where both versions have it, else by all
    columns that both have; of rows that the table has twice nobody knows which was learnt from, and they count as
    unknown to the model. Raises TransientError.
    """
    nothing = np.zeros(pq.read_metadata(here.path).num_rows, dtype=bool)
    if other == here.digest:
        return Learnt(nothing)  # the same split: what is held out from one is held out from the other
    if other is None:
        return Learnt(nothing, "its lineage names no Dataset version")
    folder = scratch / "other"
    folder.mkdir()
    try:
        manifest, path = stored.fetch("its Dataset", other, store, folder)
        training = _training_rows(manifest, path, wanted)
    except PermanentError as error:
        return Learnt(nothing, error.message)
    by = _identity(here, Table(other, manifest, path))
    if not by:
        return Learnt(nothing, "its Dataset version has no column of this one's")
    ours, theirs = _hashes(here.path, by), _hashes(path, by)[training]
    _, index, counts = np.unique(ours, return_inverse=True, return_counts=True)
    return Learnt(np.isin(ours, theirs) & (counts[index] == 1))


def _training_rows(manifest: dict[str, Any], path: Path, wanted: Training) -> Array:
    parted = split.of_task(Split.model_validate(manifest["split"]), wanted.task, wanted.target)
    frame, values = frames.read(path, [], wanted.target, wanted.task, split.columns(parted))
    return np.asarray(frame.positions[~split.held_out(len(frame.target), parted, values)])


def _identity(here: Table, other: Table) -> list[str]:
    schemas = [pq.read_schema(table.path) for table in (here, other)]
    shared = [name for name in schemas[0].names if name in schemas[1].names]
    alike = [name for name in shared if schemas[0].field(name).type == schemas[1].field(name).type]
    keys = [table.manifest["schema"]["uniqueKey"] for table in (here, other)]
    return list(keys[0]) if keys[0] and keys[0] == keys[1] and set(keys[0]) <= set(alike) else alike


def _hashes(path: Path, columns: list[str]) -> Array:
    rows = pq.read_table(path, columns=columns).to_pandas()
    return np.asarray(pd.util.hash_pandas_object(rows[columns], index=False))
