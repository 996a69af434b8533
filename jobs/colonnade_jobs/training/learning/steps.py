"""The transformers that a spec names for columns, in the place of their usual encoding."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline

from colonnade_api.models.steps import PreprocessingStep

from ...errors import PermanentError
from ...formatting import did_you_mean
from ..rows.frames import Frame, inner_name
from ..transformers.elementwise import LEAST, Elementwise
from .features import Choice, Feature, Kind

Array = np.ndarray[Any, Any]
FIELD = "spec.training.preprocessing.steps"
PREFIX = "steps-"
MOST_TRIED = 2000  # rows that a chain is fitted on to see that it can be, and how wide it comes out
FUNCTION = "sklearn.preprocessing.FunctionTransformer"


@dataclass(frozen=True)
class Suited:
    """What kind of feature a transformer is for; together: whether it takes its columns as one; settled: arguments that
    its ONNX form or the platform asks for."""

    kind: Kind
    settled: Mapping[str, Any]
    together: bool = False


PLAIN = ("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "PowerTransformer", "Binarizer")
OFFERED: dict[str, Suited] = {
    **{f"sklearn.preprocessing.{name}": Suited("number", {}) for name in PLAIN},
    "sklearn.preprocessing.QuantileTransformer": Suited("number", {}),
    "sklearn.preprocessing.KBinsDiscretizer": Suited("number", {"encode": ("onehot-dense", "ordinal")}),
    "sklearn.preprocessing.PolynomialFeatures": Suited("number", {}, together=True),
    "sklearn.preprocessing.Normalizer": Suited("number", {}, together=True),
    "sklearn.decomposition.PCA": Suited("number", {}, together=True),
    "sklearn.impute.SimpleImputer": Suited("number", {"add_indicator": (False,)}),
    FUNCTION: Suited("number", {}),
    "sklearn.preprocessing.OneHotEncoder": Suited(
        "category", {"sparse_output": (False,), "handle_unknown": ("ignore", "error"), "dtype": ()}
    ),
    "sklearn.preprocessing.OrdinalEncoder": Suited("category", {"handle_unknown": ("use_encoded_value",), "dtype": ()}),
}


def check(steps: Sequence[PreprocessingStep], choice: Choice) -> None:
    """Raises PermanentError where a step names no feature, or one that its transformer isn't for."""
    kinds = {feature.name: feature.kind for feature in choice.features}
    chains = of_columns(steps)
    for index, step in enumerate(steps):
        wanted = _offered(step, index)
        for name in step.columns:
            if name not in kinds:
                why = choice.left_out.get(name)
                said = f"{name} is not learnt from: {why}" if why else f"no feature {name}{did_you_mean(name, kinds)}"
                raise PermanentError("UnknownFeature", f"{FIELD}[{index}].columns: {said}")
            if kinds[name] != wanted.kind:
                raise PermanentError(
                    "UnsuitableFeature",
                    f"{FIELD}[{index}].columns: {name} is a {kinds[name]}, and {_short(step)} takes a {wanted.kind}",
                )
        if wanted.together and len({chains[name] for name in step.columns}) > 1:
            raise PermanentError(
                "InvalidSpec",
                f"{FIELD}[{index}].columns: {_short(step)} takes its columns together; name the same columns in each "
                "other step that one of them has",
            )
        made(step, index, 0)


def of_columns(steps: Sequence[PreprocessingStep]) -> dict[str, tuple[int, ...]]:
    """The steps of each column that has some, by index, in order."""
    names = dict.fromkeys(name for step in steps for name in step.columns)
    return {name: tuple(n for n, step in enumerate(steps) if name in step.columns) for name in names}


def encoders(
    steps: Sequence[PreprocessingStep], features: Sequence[Feature], seed: int
) -> list[tuple[str, Any, list[str]]]:
    """As a ColumnTransformer takes them: columns with the same steps together."""
    chains = of_columns(steps)
    found: dict[tuple[int, ...], list[str]] = {}
    for n, feature in enumerate(features):
        if feature.name in chains:
            found.setdefault(chains[feature.name], []).append(inner_name(n))
    return [
        (f"{PREFIX}{'-'.join(map(str, chain))}", _chain([made(steps[n], n, seed) for n in chain]), columns)
        for chain, columns in found.items()
    ]


def width(encoder: BaseEstimator, columns: list[str], frame: Frame, rows: Array) -> int:
    """How many columns come out, of at most 2,000 rows, by index. Raises PermanentError when it can't be fitted."""
    tried = rows[:: -(-len(rows) // MOST_TRIED)]
    table: pd.DataFrame = frame.table(tried)[columns]
    try:
        return int(clone(encoder).fit_transform(table, frame.target[tried]).shape[1])
    except (TypeError, ValueError) as error:
        names = ", ".join(frame.features[int(column[1:])].name for column in columns)
        first = str(error).strip().partition("\n")[0]
        raise PermanentError("InvalidParameter", f"{FIELD}: {names}: {first}") from error


def made(step: PreprocessingStep, index: int, seed: int) -> Any:
    """The unfitted transformer. Raises PermanentError for arguments that it hasn't, or isn't served with."""
    field, params = f"{FIELD}[{index}].transformer.params", dict(step.transformer.params)
    if step.transformer.name == FUNCTION:
        return _function(params, field)
    kind = _resolved(step.transformer.name)
    known = kind._get_param_names()
    for name, value in params.items():
        if name not in known:
            raise PermanentError(
                "UnknownParameter", f"{field}: {_short(step)} has no {name}{did_you_mean(name, known)}"
            )
        allowed = OFFERED[step.transformer.name].settled.get(name)
        if allowed is not None and value not in allowed:
            use = f"use {' or '.join(map(str, allowed))}" if allowed else "leave it out"
            raise PermanentError(
                "ExportUnsupported", f"{field}.{name}: {_short(step)} can't be served with {value}; {use}"
            )
    settled = {name: allowed[0] for name, allowed in OFFERED[step.transformer.name].settled.items() if allowed}
    beside = {"unknown_value": -1} if _short(step) == "OrdinalEncoder" else {}
    random = {"random_state": seed} if "random_state" in known else {}
    return kind(**settled | beside | random | {name: _value(value) for name, value in params.items()})


def _function(params: dict[str, Any], field: str) -> Elementwise:
    function = str(params.get("func", "")).removeprefix("numpy.").removeprefix("np.")
    if set(params) != {"func"} or function not in LEAST:
        named = ", ".join(f"numpy.{name}" for name in LEAST)
        raise PermanentError("InvalidParameter", f"{field}: give func alone, one of {named}")
    return Elementwise(function)


def _chain(transformers: list[Any]) -> Any:
    if len(transformers) == 1:
        return transformers[0]
    return Pipeline([(f"step-{n}", one) for n, one in enumerate(transformers)])


def _offered(step: PreprocessingStep, index: int) -> Suited:
    name = step.transformer.name
    if name not in OFFERED:
        raise PermanentError(
            "ExportUnsupported",
            f"{FIELD}[{index}].transformer.name: {name} isn't offered{did_you_mean(name, OFFERED)}; "
            f"{', '.join(each.rpartition('.')[2] for each in OFFERED)} are",
        )
    return OFFERED[name]


def _resolved(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) and all(isinstance(one, int | float) for one in value) else value


def _short(step: PreprocessingStep) -> str:
    return step.transformer.name.rpartition(".")[2]
