"""What the peers' scripts share: a table as pandas reads it, and what becomes of it once its checks are made.

Neither Great Expectations nor pandera writes, counts or hashes: pandas does that for both, as a notebook would, so that
what is measured is the Job's work. Runs in the peers' own environments.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

BINS = TOP = 20
Spec = dict[str, Any]
Broken = Mapping[str, Iterable[int]]
"""By rule, the rows that break it, as the frame's index has them."""


def run(check: Callable[[Spec, pd.DataFrame], Broken]) -> None:
    """A script on the command's arguments, SPEC and FOLDER: writes valid rows, the others, report and verdict."""
    spec, folder = json.loads(sys.argv[1]), Path(sys.argv[2])
    frame = _read(spec)
    broken = {label: list(rows) for label, rows in check(spec, frame).items()}
    _finish(frame, broken, folder)
    (folder / "verdict.json").write_text(json.dumps({label: len(rows) for label, rows in broken.items()}))


def _read(spec: Spec) -> pd.DataFrame:
    path = spec["source"]["storageUri"].removeprefix("file://")
    if not path.endswith("csv"):
        return pd.read_parquet(path)
    dates = [column["name"] for column in spec["schema"]["columns"] if column["type"] == "date"]
    return pd.read_csv(path, engine="pyarrow", parse_dates=dates)


def _finish(frame: pd.DataFrame, broken: Broken, folder: Path) -> None:
    reasons = pd.Series("", index=frame.index, dtype="str")
    for label, rows in broken.items():
        reasons.loc[list(rows)] += f"{label}; "
    is_valid = reasons == ""
    valid, aside = frame[is_valid], frame[~is_valid].astype("str").assign(reasons=reasons[~is_valid])
    valid.to_parquet(folder / "data.parquet", compression="zstd")
    aside.to_parquet(folder / "quarantine.parquet", compression="zstd")
    report = {name: _profile(valid[name]) for name in valid}
    report |= {"digests": [_digest(valid), _digest(aside)]}
    (folder / "report.json").write_text(json.dumps(report, default=str))


def _profile(values: pd.Series) -> dict[str, Any]:
    profile = {"nulls": int(values.isna().sum()), "distinct": int(values.nunique())}
    if values.dtype.kind not in "ifM":
        return profile | {"top": values.value_counts().head(TOP).to_dict()}
    numbers = values.dropna().astype("int64" if values.dtype.kind == "M" else values.dtype)
    counts, edges = np.histogram(numbers, BINS)
    moments = {"min": numbers.min(), "max": numbers.max(), "mean": numbers.mean(), "stddev": numbers.std()}
    return profile | moments | {"histogram": {"counts": counts.tolist(), "edges": edges.tolist()}}


def _digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest()
