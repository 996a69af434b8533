"""Which part of a batch each of bundle.json's features is, and which of its outputs is the score."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..batching.task import Batch
from ..bundle import Bundle
from ..datatypes import NUMPY
from ..protocol.signature import TensorSpec
from .drift import Bins, Categories, Lengths, Numbers, dtype_of
from .rows import Rows

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

    def __init__(self, features: Mapping[str, Feature], inputs: Mapping[str, TensorSpec]) -> None:
        """features: bundle.json's, by input name, or X[3] for a column of the matrix X. inputs: the model's."""
        self.bins: dict[str, Bins] = {}
        self.unseen: set[str] = set()
        """The features that are categories."""
        self._parts: list[_Part] = []
        alike: dict[np.dtype, list[tuple[str, Column, Feature]]] = {}
        for name, column, feature in _countable(features, inputs):
            if "edges" in feature and feature.get("of") != "length":
                dtype = dtype_of(NUMPY[inputs[column.input].datatype], feature)
                alike.setdefault(dtype, []).append((name, column, feature))
            else:
                self._text(name, column, feature, inputs)
        order = list(inputs)
        for dtype, group in alike.items():
            group.sort(key=lambda of: (order.index(of[1].input), of[1].place))  # side by side they are one slice
            numbers = Numbers([feature for _, _, feature in group], dtype)
            self._parts.append(_Part([column for _, column, _ in group], inputs, numbers.count))
            self.bins.update(zip((name for name, _, _ in group), numbers.bins, strict=True))

    def keep(self, batch: Batch) -> None:
        """Keeps a batch's inputs, to be counted."""
        for part in self._parts:
            part.keep(batch)

    def count(self, most: int) -> None:
        """Counts at most so many of the rows that were kept."""
        for part in self._parts:
            part.count(most)

    def _text(self, name: str, column: Column, feature: Feature, inputs: Mapping[str, TensorSpec]) -> None:
        text = Categories(feature) if "categories" in feature else Lengths(feature)
        self._parts.append(_Part([column], inputs, lambda values: text.count(values[:, 0])))
        self.bins[name] = text.bins
        if isinstance(text, Categories):
            self.unseen.add(name)


class _Part:
    """Columns that are counted together."""

    def __init__(
        self, columns: Sequence[Column], inputs: Mapping[str, TensorSpec], count: Callable[[np.ndarray], None]
    ) -> None:
        """columns: those of an input side by side. count: takes their values, shape (rows, columns)."""
        places: dict[str, list[int]] = {}
        for column in columns:
            places.setdefault(column.input, []).append(column.place)
        self._rows = {name: Rows(inputs[name]) for name in places}
        self._places = [_slice(each) for each in places.values()]
        self._count = count

    def keep(self, batch: Batch) -> None:
        for name, rows in self._rows.items():
            shape, values = batch.values(name)
            rows.keep(shape, values)

    def count(self, most: int) -> None:
        rows = self._rows.values()
        most = min(most, *(each.ready for each in rows))
        if most:
            values = [each.take(most)[:, places] for each, places in zip(rows, self._places, strict=True)]
            self._count(values[0] if len(values) == 1 else np.concatenate(values, axis=1))
        else:
            for each in rows:  # of an input that has more rows than another
                each.clear()


def _slice(places: list[int]) -> slice | list[int]:
    """Places as a slice where they are one: it costs nothing, and picking each costs as much as to count it."""
    side_by_side = places == list(range(places[0], places[-1] + 1))
    return slice(places[0], places[-1] + 1) if side_by_side else places


class Scores:
    """The bins of a model's scores: a regression's prediction, a classification's probability of the second class of
    two, or of the likeliest of more: what colonnade_jobs took when it froze the edges."""

    def __init__(self, bundle: Bundle) -> None:
        """bundle: with scores."""
        assert bundle.scores is not None
        output = bundle.outputs[0] if len(bundle.outputs) == 1 else bundle.outputs[1]
        self._output = output.name
        self._alone = len(bundle.outputs) == 1
        self._rows = Rows(TensorSpec(output.name, output.datatype, tuple(output.shape)))
        self._numbers = Numbers([bundle.scores], np.dtype(np.float64))
        self.bins = self._numbers.bins[0]

    def keep(self, batch: Batch) -> None:
        """Keeps a batch's scores, to be counted; where a client asked for other outputs there are none."""
        values = batch.outputs.get(self._output)
        if values is not None:
            self._rows.add(values)

    def count(self, most: int) -> None:
        """Counts at most so many of the rows that were kept."""
        most = min(most, self._rows.ready)
        if not most:
            return
        scores = self._rows.take(most)
        if not self._alone:
            scores = scores[:, 1] if scores.shape[1] == 2 else scores.max(axis=1)
        self._numbers.count(scores.reshape(-1, 1))


def _countable(
    features: Mapping[str, Feature], inputs: Mapping[str, TensorSpec]
) -> Iterator[tuple[str, Column, Feature]]:
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


def _column(name: str, inputs: Mapping[str, TensorSpec]) -> Column | None:
    if name in inputs:
        return Column(name)
    part = COLUMN.fullmatch(name)
    if part is None or part["input"] not in inputs:
        return None
    width, place = inputs[part["input"]].shape[-1], int(part["index"])
    return Column(part["input"], place) if place < width else None
