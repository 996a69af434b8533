"""class_weight as JSON has it, with every key a text, turned into the classes that an estimator is taught."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from ...errors import PermanentError
from ...formatting import did_you_mean
from .estimators import FIELD

Array = np.ndarray[Any, Any]
PARAMETER = "class_weight"
NUMBERING = (
    "VotingClassifier",
    "StackingClassifier",
    "BaggingClassifier",
    "EncodedTarget",
)  # teach their members 0, 1, … for the classes
SPLITTING = ("OneVsRestClassifier", "OneVsOneClassifier")  # teach their members one class against another
BOOLEANS = {"false": 0, "true": 1}


def by_class(estimator: BaseEstimator, target: Array) -> None:
    """Gives each class_weight of an estimator and its parts the target's own classes as keys, in place.

    Raises PermanentError (InvalidParameter) when a key is no class.
    """
    classes = np.unique(target).tolist()
    keys = {str(one): one for one in classes}
    if set(classes) == {0, 1}:
        keys |= BOOLEANS
    _translate(estimator, keys, [str(one) for one in classes])


def _translate(part: BaseEstimator, keys: Mapping[str, Any], classes: list[str]) -> None:
    weights = part.get_params(deep=False).get(PARAMETER)
    if isinstance(weights, dict):
        part.set_params(**{PARAMETER: {_class(key, keys, classes): weight for key, weight in weights.items()}})
    name = type(part).__name__
    for member in _members(part):
        if name in SPLITTING and isinstance(member.get_params(deep=False).get(PARAMETER), dict):
            raise PermanentError(
                "InvalidParameter",
                f"{FIELD}.params: {name} tells one class from the others at a time, so that its estimator can't weigh "
                f"them by name; set {PARAMETER}: balanced",
            )
        if name in NUMBERING:
            numbered = {key: classes.index(str(one)) for key, one in keys.items()}
            _translate(member, numbered, [str(number) for number in range(len(classes))])
        else:
            _translate(member, keys, classes)


def _class(key: object, keys: Mapping[str, Any], classes: list[str]) -> Any:
    if str(key) in keys:
        return keys[str(key)]
    raise PermanentError(
        "InvalidParameter",
        f"{FIELD}.params.{PARAMETER}: the target has no class {key}{did_you_mean(str(key), classes)}",
    )


def _members(part: BaseEstimator) -> Iterator[BaseEstimator]:
    for value in part.get_params(deep=False).values():
        for one in value if isinstance(value, list) else [value]:
            member = one[-1] if isinstance(one, tuple) else one
            if isinstance(member, BaseEstimator):
                yield member
