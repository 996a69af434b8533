"""What a split lets through: rows that stand on both of its sides, and a time that it ignores."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import rankdata

from ...formatting import percent
from ..learning.fitting import Trained

Array = np.ndarray[Any, Any]
SHARED = 0.01  # of the held-out rows
TOLD_APART = 0.5  # of the training rows: with fewer, rows are alike because columns have few values
FEWEST_ROWS = 30
MOST_ROWS = 200_000
FEWEST_TIMES = 30
IN_ORDER = 0.99
MOVED = 0.1  # of the target's standard deviation, from the earlier half of the rows to the later
BEYOND_CHANCE = 4.0  # standard errors


def warnings(trained: Trained, manifest: dict[str, Any], table: Path, target: str) -> list[str]:
    """Sentences for the card and status. manifest: the dataset version's; table: its rows."""
    if min(len(trained.training), len(trained.testing)) < FEWEST_ROWS:
        return []
    return [*_shared(trained, target), *_ignored_times(trained, manifest, table, target)]


def _shared(trained: Trained, target: str) -> list[str]:
    whole = trained.frame.table().assign(target=trained.frame.target)
    hashes = pd.util.hash_pandas_object(whole, index=False).to_numpy()
    learnt, held = hashes[trained.training], hashes[trained.testing]
    if len(np.unique(learnt)) < TOLD_APART * len(learnt):
        return []
    shared = int(np.isin(held, learnt).sum())
    if shared < SHARED * len(held):
        return []
    return [
        f"{shared:,} of {len(held):,} held-out rows ({percent(shared / len(held))}) stand among the training rows too, "
        f"alike in each feature and in {target}: what is known by heart is taken for skill. Drop them by the Dataset's "
        "cleaning.dropDuplicates, or find out why they come twice."
    ]


def _ignored_times(trained: Trained, manifest: dict[str, Any], table: Path, target: str) -> list[str]:
    if manifest["split"].get("timeColumn"):
        return []
    dates = [column["name"] for column in manifest["schema"]["columns"] if column["type"] == "date"]
    notes = []
    for name in dates:
        if name != target and (why := _is_a_time(_seconds(table, name)[trained.frame.positions], trained.frame.target)):
            notes.append(
                f"The split ignores {name}, and {why}: held-out rows lie among those that were learnt from, as none "
                f"will that is yet to come. If {name} says when a row came to be, set the Dataset's "
                f"split.timeColumn: {name}."
            )
    return notes


def _seconds(table: Path, name: str) -> Array:
    column = pq.read_table(table, columns=[name])[name]
    micros = column.cast(pa.timestamp("us")).cast(pa.int64())
    return np.asarray(micros.to_pandas().to_numpy(dtype=float, na_value=np.nan))


def _is_a_time(times: Array, target: Array) -> str:
    """Why a date seems to say when rows came to be; nothing where it doesn't."""
    known = np.flatnonzero(~np.isnan(times))
    known = known[:: -(-len(known) // MOST_ROWS)] if len(known) else known
    if len(known) < FEWEST_ROWS or len(np.unique(times[known])) < FEWEST_TIMES:
        return ""
    order = rankdata(times[known])
    if abs(np.corrcoef(order, np.arange(len(known)))[0, 1]) >= IN_ORDER:
        return "the rows stand in its order"
    late = order > np.median(order)
    moved = max((_moved(values, late) for values in _numbers(target[known])), default=0.0)
    return (
        f"the target moves with it (by {moved:.2g} standard deviations from the earlier half of the rows)"
        if moved
        else ""
    )


def _numbers(target: Array) -> list[Array]:
    """A number as it is; of classes, whether a row is of each of the most frequent ones."""
    if target.dtype.kind == "f":
        return [target]
    classes, counts = np.unique(target, return_counts=True)
    return [(target == kind).astype(float) for kind in classes[np.argsort(-counts)][:10]]


def _moved(values: Array, late: Array) -> float:
    """By how many standard deviations the mean differs; 0 where that may be chance, or is little."""
    deviation = values.std()
    if not deviation or late.all() or not late.any():
        return 0.0
    apart = abs(values[late].mean() - values[~late].mean()) / deviation
    error = np.sqrt(1 / late.sum() + 1 / (~late).sum())
    return float(apart) if apart >= max(MOVED, BEYOND_CHANCE * error) else 0.0
