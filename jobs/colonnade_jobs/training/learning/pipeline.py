"""The whole model as one scikit-learn pipeline: columns become numbers, then the estimator learns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from colonnade_api.models.training import Preprocessing

from ...errors import PermanentError
from ...formatting import percent
from ..rows.frames import Frame, inner_name
from ..transformers import DateParts, LowerAscii
from ..transformers.dates import PARTS
from . import steps
from .features import Feature
from .preprocessing import preprocessed

CATEGORIES = "categories"
MOST_CATEGORIES = 200
MOST_REFUSING = 5000
MOST_WORDS = 1000
# Python's \w+ spelt so that scikit-learn, and below the serving engine's RE2, cut the same words.
WORD = r"(?u)\w+"
WORD_RE2 = r"[\p{L}\p{N}_]+"
Usual = Sequence[Feature | None]
"""The features in order; None in the place of one that the spec has steps for."""


def build(
    estimator: BaseEstimator, frame: Frame, training: np.ndarray[Any, Any], wanted: Preprocessing, seed: int
) -> Pipeline:
    """The unfitted pipeline for a frame's features.

    training: indices of the rows to learn from; of a column with more than 200 categories the most frequent 200 of
    those rows are told apart. seed: of transformers that draw.
    """
    named = steps.of_columns(wanted.steps or ())
    usual = [None if feature.name in named else feature for feature in frame.features]
    encoders = [
        *_numbers(usual),
        *steps.encoders(wanted.steps or (), frame.features, seed),
        *_categories(frame, usual, training, wanted.encode.handle_unknown),
        *_texts(usual),
    ]
    leading = len(_of(usual, "number")) + len(PARTS) * len(_of(usual, "date"))
    return Pipeline(
        [
            ("features", ColumnTransformer(encoders, sparse_threshold=0)),
            ("model", preprocessed(estimator, wanted.scale, leading)),
        ]
    )


def cuts(whole: Pipeline, frame: Frame, training: np.ndarray[Any, Any]) -> list[str]:
    """Sentences on the categories that a built pipeline doesn't tell apart."""
    found = [
        (frame.features[int(column[1:])].name, known)
        for name, encoder, columns in whole["features"].transformers
        if name == CATEGORIES
        for column, known in zip(columns, encoder.categories, strict=True)
    ]
    return [note for name, known in found for note in _cut(frame.inputs[name][training].astype(str), known, name)]


def _cut(values: np.ndarray[Any, Any], known: np.ndarray[Any, Any], name: str) -> list[str]:
    count = len(np.unique(values))
    if count == len(known):
        return []
    share = np.isin(values, known.astype(str)).mean()
    return [
        f"{name}: of its {count:,} categories the {len(known):,} most frequent are told apart, {percent(share)} of "
        "the training rows; the others count as none of them."
    ]


def width(whole: Pipeline, frame: Frame, training: np.ndarray[Any, Any]) -> int:
    """How many columns a built pipeline's estimator sees, at most: of a text as many as words may be told apart. Raises
    PermanentError where a step that the spec names can't be fitted.
    """
    return sum(
        steps.width(encoder, columns, frame, training) if name.startswith(steps.PREFIX) else _width(encoder, columns)
        for name, encoder, columns in whole["features"].transformers
    )


def _width(encoder: Any, columns: Any) -> int:
    if isinstance(encoder, OneHotEncoder):
        return sum(len(known) for known in encoder.categories)
    if isinstance(encoder, DateParts):
        return len(PARTS) * len(columns)
    return MOST_WORDS if isinstance(encoder, Pipeline) else len(columns)


def _numbers(features: Usual) -> list[tuple[str, Any, list[str]]]:
    found = [("numbers", "passthrough", _of(features, "number")), ("dates", DateParts(), _of(features, "date"))]
    return [encoder for encoder in found if encoder[2]]


def _categories(
    frame: Frame, usual: Usual, training: np.ndarray[Any, Any], unknown: str
) -> list[tuple[str, Any, list[str]]]:
    columns = _of(usual, "category")
    if not columns:
        return []
    names = [feature.name for feature in usual if feature and feature.kind == "category"]
    known = [_categories_of(frame.inputs[name][training], name, unknown) for name in names]
    encoder = OneHotEncoder(categories=known, handle_unknown=unknown.lower(), sparse_output=False, dtype=np.float32)
    return [(CATEGORIES, encoder, columns)]


def _categories_of(values: np.ndarray[Any, Any], name: str, unknown: str) -> np.ndarray[Any, Any]:
    found, counts = np.unique(values.astype(str), return_counts=True)
    if unknown == "Error" and len(found) > MOST_REFUSING:
        raise PermanentError(
            "TooManyCategories",
            f"spec.training.features: {name} has {len(found):,} categories (limit {MOST_REFUSING:,} with "
            "handleUnknown: Error); exclude it, or set handleUnknown: Ignore",
        )
    if unknown == "Ignore" and len(found) > MOST_CATEGORIES:
        found = np.sort(found[np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]])
    return found.astype(object)


def _texts(features: Usual) -> list[tuple[str, Any, str]]:
    return [(f"words-{column}", _words(), column) for column in _of(features, "text")]


def _words() -> Pipeline:
    words = TfidfVectorizer(lowercase=False, token_pattern=WORD, max_features=MOST_WORDS, dtype=np.float32)
    return Pipeline([("lower", LowerAscii()), ("words", words)])


def _of(features: Usual, kind: str) -> list[str]:
    return [inner_name(n) for n, feature in enumerate(features) if feature and feature.kind == kind]
