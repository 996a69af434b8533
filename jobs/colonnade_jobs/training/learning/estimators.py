"""From the estimator that a spec names to the object: scikit-learn's own, XGBoost's and LightGBM's, nothing else."""

import importlib
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils import all_estimators

from colonnade_api.models.training import Estimator

from ...errors import PermanentError
from ...formatting import did_you_mean
from .. import boosters

FIELD = "spec.training.estimator"
PREFIXES = ("sklearn.", *(f"{library}." for library in boosters.LIBRARIES))
CALIBRATED = "sklearn.calibration.CalibratedClassifierCV"


def build(wanted: Estimator, task: str, seed: int) -> BaseEstimator:
    """The unfitted estimator with its parameters; every random_state that is unset gets the seed.

    Raises PermanentError: UnknownEstimator, UnknownParameter, InvalidParameter, UnsuitableEstimator.
    """
    estimator = _estimator(wanted.name, wanted.params, FIELD)
    if isinstance(estimator, StackingClassifier) and estimator.final_estimator is None:
        estimator.set_params(final_estimator=LogisticRegression())  # scikit-learn's default, said aloud
    _check_task(estimator, wanted.name, task)
    unset = {key: seed for key, value in estimator.get_params().items() if _is_unset_state(key, value)}
    estimator.set_params(**unset)
    for part in parts(estimator):  # two parameters that don't change a prediction, but that the exporter insists on
        if type(part).__name__ == "VotingClassifier":
            weights = None if part.weights is None else np.asarray(part.weights, dtype=float)
            part.set_params(flatten_transform=False, weights=weights)
    return estimator


def parts(estimator: BaseEstimator) -> Iterator[BaseEstimator]:
    """The estimator and all that it is made of."""
    yield estimator
    for value in estimator.get_params(deep=True).values():
        if isinstance(value, BaseEstimator):
            yield value


def _estimator(name: str, params: dict[str, Any], field: str) -> Any:
    found = _resolve(name, field)
    values = {key: _value(value, f"{field}.params.{key}") for key, value in params.items()}
    boosted = boosters.of_library(name)
    known = boosters.parameters(found) if boosted else found._get_param_names()
    for key in values:
        if key not in known:
            raise PermanentError(
                "UnknownParameter", f"{field}.params: {found.__name__} has no {key}{did_you_mean(key, known)}"
            )
    try:
        return boosters.made(found, values) if boosted else found(**values)
    except (TypeError, ValueError) as error:
        raise PermanentError("InvalidParameter", f"{field}.params: {error}") from error


def _resolve(name: str, field: str) -> Any:
    if boosters.of_library(name):
        return _boosted(name, field)
    module, _, attribute = name.rpartition(".")
    found = None
    if module.split(".")[0] == "sklearn" and not attribute.startswith("_"):
        try:
            found = getattr(importlib.import_module(module), attribute, None)
        except ImportError:
            found = None
    if not (isinstance(found, type) and issubclass(found, BaseEstimator) and found.__module__.startswith("sklearn.")):
        raise PermanentError(
            "UnknownEstimator", f"{field}.name: scikit-learn has no estimator {name}{_close(attribute)}"
        )
    return found


def _boosted(name: str, field: str) -> Any:
    if name in boosters.NAMES:
        return boosters.resolve(name)
    raise PermanentError(
        "UnknownEstimator",
        f"{field}.name: {name} isn't offered{did_you_mean(name, boosters.NAMES)}; {', '.join(boosters.NAMES)} are",
    )


def _close(wrong: str) -> str:
    known = {found.__name__: _public(found) for _, found in all_estimators()}
    return "".join(f"; did you mean {known[name]}?" for name in get_close_matches(wrong, known, n=1))


def _public(found: type) -> str:
    inner = found.__module__.split(".")
    outer = (".".join(inner[:depth]) for depth in range(2, len(inner) + 1))
    module = next(name for name in outer if hasattr(importlib.import_module(name), found.__name__))
    return f"{module}.{found.__name__}"


def _value(value: Any, field: str) -> Any:
    if isinstance(value, dict) and str(value.get("name", "")).startswith(PREFIXES) and set(value) <= {"name", "params"}:
        return _estimator(value["name"], value.get("params") or {}, field)
    if isinstance(value, list):
        values = [_value(item, f"{field}[{n}]") for n, item in enumerate(value)]
        # A pair [name, estimator] is a tuple to scikit-learn, and so are ranges and layer sizes.
        flat = all(isinstance(item, int | float | str | BaseEstimator) or item is None for item in values)
        return tuple(values) if flat and not all(isinstance(item, str) for item in values) else values
    return value


def _check_task(estimator: BaseEstimator, name: str, task: str) -> None:
    try:
        fits = is_classifier(estimator) if task == "Classification" else is_regressor(estimator)
    except AttributeError as error:  # made of another estimator, and none was given
        raise PermanentError(
            "InvalidParameter", f"{FIELD}.params: {name} needs an estimator: {{name: sklearn...}}"
        ) from error
    if not fits:
        wanted = "classifier" if task == "Classification" else "regressor"
        raise PermanentError("UnsuitableEstimator", f"{FIELD}.name: {name} is no {wanted}, which task: {task} needs")
    if task == "Classification" and not hasattr(estimator, "predict_proba"):
        hint = (
            "set params: {voting: soft}"
            if name.endswith("VotingClassifier")
            else f"wrap it: {{name: {CALIBRATED}, params: {{estimator: {{name: {name}}}}}}}"
        )
        raise PermanentError("UnsuitableEstimator", f"{FIELD}.name: {name} gives no probabilities; {hint}")


def _is_unset_state(key: str, value: Any) -> bool:
    return key.rpartition("__")[2] == "random_state" and value is None
