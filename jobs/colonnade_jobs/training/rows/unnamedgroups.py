"""Columns that seem to say which rows belong together, where the split tears them apart: warned of, never assumed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from scipy.stats import f as f_distribution

from ..learning.prepared import Prepared

Array = np.ndarray[Any, Any]
FEWEST_ROWS = 30
FEWEST_GROUPS = 20
SMALLEST, LARGEST = 1.5, 50  # rows by group, on average: fewer name the row, more are a category
TORN = 0.5  # of the held-out rows: with fewer, the split keeps them together by itself
ALIKE = 0.2  # of the target's variance lies between groups
UNLIKELY = 1e-6
WORDS = (
    r"(^|[_. -])(id|ids|uuid|key|code|number|nr|no)$|[a-z](Id|ID|Key)$|^(patient|subject|person|customer|client|user|"
    r"member|household|family|account|session|visitor|device|machine|vehicle|store|shop|site|hospital|school|student|"
    r"player|author|speaker|participant|owner|company|group)s?([_. -]|$)"
)
TYPES = ("integer", "category", "string")


def warnings(prepared: Prepared, manifest: dict[str, Any], table: Path, target: str) -> list[str]:
    """Sentences for the card and status. manifest: the dataset version's; table: its rows."""
    split, few = manifest["split"], min(len(prepared.training), len(prepared.testing)) < FEWEST_ROWS
    if few or split.get("groupColumn") or split.get("timeColumn"):
        return []
    columns = [one["name"] for one in manifest["schema"]["columns"] if one["type"] in TYPES and one["name"] != target]
    found = []
    for name in columns:
        groups = pq.read_table(table, columns=[name])[name].to_pandas().iloc[prepared.frame.positions]
        if told := _told(name, groups, prepared):
            found.append(told)
    return found


def _told(name: str, values: pd.Series, prepared: Prepared) -> str:
    groups, distinct = pd.factorize(values)
    held, learnt = groups[prepared.testing], groups[prepared.training]
    torn = float(np.isin(held[held >= 0], learnt).sum()) / len(held)
    each = (groups >= 0).sum() / max(len(distinct), 1)
    if len(distinct) < FEWEST_GROUPS or not SMALLEST <= each <= LARGEST or torn < TORN:
        return ""
    named = re.search(WORDS, name) or re.search(WORDS, name.lower())
    alike = values.dtype == object and _alike(groups, prepared.frame.target)
    if not named and not alike:
        return ""
    why = "rows of one have targets alike" if alike else "its name says so"
    return (
        f"{name} seems to say which rows belong together ({len(distinct):,} values, {each:.3g} rows each; {why}), and "
        f"{torn:.0%} of the held-out rows are of one that was learnt from: if the model will meet others, "
        f"set the Dataset's split.groupColumn: {name}."
    )


def _alike(groups: Array, target: Array) -> bool:
    """Whether much of the target's variance lies between the groups, by a one-way analysis of variance."""
    known = groups >= 0
    groups = groups[known]
    return any(_between(groups, values[known]) for values in _numbers(target))


def _numbers(target: Array) -> list[Array]:
    if target.dtype.kind == "f":
        return [target]
    classes, counts = np.unique(target, return_counts=True)
    return [(target == one).astype(float) for one in classes[np.argsort(-counts)][:10]]


def _between(groups: Array, values: Array) -> bool:
    sizes = np.bincount(groups)
    sizes_there = sizes[sizes > 0]
    count, rows = len(sizes_there), len(values)
    if rows <= count or not values.std():
        return False
    means = np.bincount(groups, values)[sizes > 0] / sizes_there
    between = float(sizes_there @ (means - values.mean()) ** 2) / (count - 1)
    within = (float(((values - values.mean()) ** 2).sum()) - between * (count - 1)) / (rows - count)
    if within <= 0:
        return True
    usual = (rows - float((sizes_there**2).sum()) / rows) / (count - 1)
    share = (between - within) / (between + (usual - 1) * within)  # the intraclass correlation
    return share >= ALIKE and f_distribution.sf(between / within, count - 1, rows - count) < UNLIKELY
