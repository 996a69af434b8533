"""Which part of a batch each of bundle.json's features is, and which of its outputs is the score."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..batching.work import Batch
from ..bundle import Bundle
from ..datatypes import NUMPY
from ..protocol.signature import Field
from .drift import Bins, Categories, Lengths, Numbers, dtype_of

log = logging.getLogger(__name__)

MOST_FEATURES = 200
MOST_BINS = 64
COLUMN = re.compile(r"(?P<input>.+)\[(?P<index>\d+)\]")

Feature = Mapping[str, Any]


class Column(NamedTuple):
    """A part of an input: all of it, or one column of a matrix."""

    input: str
    place: int = 0


class Columns:
    """The bins of a model's features, at most 200 of at most 64 bins each, by the feature's name."""

    def __init__(self, features: Mapping[str, Feature], inputs: Mapping[str, Field]) -> None:
        """features: bundle.json's, by input name, or X[3] for a column of the matrix X. inputs: the model's."""
        self.bins: dict[str, Bins] = {}
        self.unseen: set[str] = set()
        """The features that are categories."""
        self._texts: list[tuple[Column, Lengths | Categories]] = []
        self._numbers: list[tuple[list[Column], Numbers]] = []
        alike: dict[np.dtype, list[tuple[str, Column, Feature]]] = {}
        for name, column, feature in _countable(features, inputs):
            if "edges" in feature and feature.get("of") != "length":
                dtype = dtype_of(NUMPY[inputs[column.input].datatype], feature)
                alike.setdefault(dtype, []).append((name, column, feature))
            else:
                self._text(name, column, feature)
        for dtype, group in alike.items():
            numbers = Numbers([feature for _, _, feature in group], dtype)
            self._numbers.append(([column for _, column, _ in group], numbers))
            self.bins.update(zip((name for name, _, _ in group), numbers.bins, strict=True))

    def count(self, batches: Sequence[Batch]) -> None:
        """Adds the inputs of batches."""
        whole: dict[str, np.ndarray] = {}
        for columns, numbers in self._numbers:
            for name in {column.input: None for column in columns if column.input not in whole}:
                whole[name] = _by_column(batches, name)
            numbers.count(np.stack([_of(whole, column) for column in columns]))
        for column, text in self._texts:
            if column.input not in whole:
                whole[column.input] = _by_column(batches, column.input)
            text.count(_of(whole, column))

    def _text(self, name: str, column: Column, feature: Feature) -> None:
        text = Categories(feature) if "categories" in feature else Lengths(feature)
        self._texts.append((column, text))
        self.bins[name] = text.bins
        if isinstance(text, Categories):
            self.unseen.add(name)


class Scores:
    """The bins of a model's scores: a regression's prediction, a classification's probability of the second class of
    two, or of the likeliest of more: what colonnade_jobs took when it froze the edges."""

    def __init__(self, bundle: Bundle) -> None:
        """bundle: with scores."""
        assert bundle.scores is not None
        self._output = (bundle.outputs[0] if len(bundle.outputs) == 1 else bundle.outputs[1]).name
        self._alone = len(bundle.outputs) == 1
        self._numbers = Numbers([bundle.scores], np.dtype(np.float64))
        self.bins = self._numbers.bins[0]

    def count(self, batches: Sequence[Batch]) -> None:
        """Adds the outputs of batches; of those for which a client asked for others there is nothing to count."""
        values = [batch.outputs[self._output] for batch in batches if self._output in batch.outputs]
        if not values:
            return
        scores = _joined(values)
        if not self._alone:
            scores = scores[:, 1] if scores.shape[1] == 2 else scores.max(axis=1)
        self._numbers.count(scores.reshape(1, -1))


def _countable(features: Mapping[str, Feature], inputs: Mapping[str, Field]) -> Iterator[tuple[str, Column, Feature]]:
    for place, (name, feature) in enumerate(features.items()):
        column, why = _column(name, inputs), ""
        bins = len(feature.get("edges", feature.get("categories", ()))) + 1
        if column is None:
            why = "no input, and no column of one, has its name"
        elif place >= MOST_FEATURES or bins > MOST_BINS:
            why = f"limits: {MOST_FEATURES} features, {MOST_BINS} bins"
        if why:
            log.warning("a feature's values are not counted", extra={"feature": name, "why": why})
        elif column and bins > 1:
            yield name, column, feature


def _column(name: str, inputs: Mapping[str, Field]) -> Column | None:
    if name in inputs:
        return Column(name)
    part = COLUMN.fullmatch(name)
    if part is None or part["input"] not in inputs:
        return None
    width, place = inputs[part["input"]].shape[-1], int(part["index"])
    return Column(part["input"], place) if place < width else None


def _by_column(batches: Sequence[Batch], name: str) -> np.ndarray:
    """All of an input, shape (columns, rows)."""
    rows = _joined([batch.inputs[name] for batch in batches])
    return np.ascontiguousarray(rows.reshape(len(rows), -1).T) if rows.ndim else rows.reshape(1, 1)


def _of(whole: Mapping[str, np.ndarray], column: Column) -> np.ndarray:
    values: np.ndarray = whole[column.input][column.place]
    return values


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
