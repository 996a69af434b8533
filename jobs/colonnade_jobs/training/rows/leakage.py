"""What people would want to know of the columns that were learnt from: that one tells the answer, or names the rows."""

from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from ..learning.features import Feature
from .frames import Frame

Array = np.ndarray[Any, Any]
FEWEST_ROWS = 30
MOST_ROWS = 20_000
LEAVES = 16
ALMOST_SURE = 0.999
ALMOST_EVERY = 0.99


def warnings(frame: Frame, training: Array, testing: Array, target: str, classes: Array | None) -> list[str]:
    """Sentences for the card. training, testing: indices of rows; classes: None for a regression."""
    learnt, held = _some(training), _some(testing)
    if min(len(learnt), len(held)) < FEWEST_ROWS:
        return []
    notes = []
    for feature in frame.features:
        values = frame.inputs[feature.name]
        auc = _told_class(values, feature, frame, learnt, held) if classes is not None else 0
        rank = _told_number(values, feature, frame.target, held) if classes is None else 0
        if auc >= ALMOST_SURE or rank >= ALMOST_SURE:
            how = f"AUC {auc:.4g}" if classes is not None else f"rank correlation {rank:.4g}"
            notes.append(
                f"{feature.name} alone tells {target} ({how} on held-out rows): if it is not known when the model is "
                "asked, exclude it."
            )
        elif _names_rows(values[training], feature):
            notes.append(
                f"{feature.name} has another value in almost each of {len(training):,} training rows: it seems to name "
                "the row, which teaches nothing of others; exclude it, or name it in the Dataset's uniqueKey."
            )
    return notes


def _some(rows: Array) -> Array:
    return rows[:: -(-len(rows) // MOST_ROWS)] if len(rows) else rows


def _told_class(values: Array, feature: Feature, frame: Frame, learnt: Array, held: Array) -> float:
    """The least AUC over the classes, one against the rest, of what one feature alone tells."""
    if feature.kind == "text":
        return 0.0
    kinds, taught = np.unique(frame.target[learnt], return_inverse=True)
    known, asked = values[learnt], values[held]
    scores = _shares(known, taught, asked) if feature.kind == "category" else _leaves(known, taught, asked)
    held_target = frame.target[held]
    found = [
        float(roc_auc_score(held_target == kind, scores[:, k]))
        for k, kind in enumerate(kinds)
        if 0 < (held_target == kind).sum() < len(held)
    ]
    return min(found, default=0.0)


def _leaves(known: Array, taught: Array, asked: Array) -> Array:
    tree = DecisionTreeClassifier(max_leaf_nodes=LEAVES, random_state=0)
    return np.asarray(tree.fit(known.reshape(-1, 1), taught).predict_proba(asked.reshape(-1, 1)))


def _shares(known: Array, taught: Array, asked: Array) -> Array:
    """Each category's shares of the classes; an unseen one has those of all rows."""
    names, of = np.unique(known.astype(str), return_inverse=True)
    counts = np.zeros((len(names) + 1, int(taught.max()) + 1))
    np.add.at(counts, (of, taught), 1)
    counts[-1] = counts.sum(axis=0)
    place = np.searchsorted(names, asked.astype(str)).clip(max=len(names) - 1)
    place[names[place] != asked.astype(str)] = len(names)
    return np.asarray(counts[place] / counts[place].sum(axis=1, keepdims=True))


def _told_number(values: Array, feature: Feature, target: Array, held: Array) -> float:
    """How well one feature alone orders the target: the size of Spearman's rank correlation."""
    if feature.kind in ("text", "category"):
        return 0.0
    present = held[~np.isnan(values[held])]
    if len(present) < max(FEWEST_ROWS, len(held) // 2) or np.ptp(values[present]) == 0 or np.ptp(target[present]) == 0:
        return 0.0
    return abs(float(spearmanr(values[present], target[present]).statistic))


def _names_rows(values: Array, feature: Feature) -> bool:
    if feature.kind in ("text", "date") or (feature.kind == "number" and not np.array_equal(values, np.floor(values))):
        return False
    return len(np.unique(values.astype(str) if feature.kind == "category" else values)) >= ALMOST_EVERY * len(values)
