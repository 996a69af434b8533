"""An estimator as spec.training.estimator has it."""

import inspect
from typing import Any

from colonnade_client.errors import InvalidSpec

BOOSTERS = ("xgboost", "lightgbm")


def described(estimator: object, params: dict[str, Any] | None = None) -> dict[str, Any]:
    """estimator: a class of scikit-learn, XGBoost or LightGBM by its full name, that class, or an unfitted instance.

    Raises InvalidSpec for anything else.
    """
    if isinstance(estimator, str):
        return {"name": estimator, "params": dict(params or {})}
    if inspect.isclass(estimator):
        return {"name": _public_name(estimator), "params": dict(params or {})}
    if not hasattr(estimator, "get_params"):
        raise InvalidSpec(
            f"estimator: {estimator!r} is none: give a scikit-learn class by its full name, such as "
            "sklearn.linear_model.LogisticRegression, or an instance of one"
        )
    if params:
        raise InvalidSpec("params: an estimator that is an instance has its parameters already; give one of the two")
    return {"name": _public_name(type(estimator)), "params": _changed(estimator)}


def _public_name(kind: type) -> str:
    """Where its documentation has it: sklearn.ensemble, not sklearn.ensemble._forest; xgboost, not xgboost.sklearn."""
    library = kind.__module__.partition(".")[0]
    if library in BOOSTERS:
        return f"{library}.{kind.__qualname__}"
    module = kind.__module__.split("._")[0]
    if library != "sklearn":
        raise InvalidSpec(
            f"estimator: {kind.__module__}.{kind.__qualname__} is not of scikit-learn, XGBoost or LightGBM, which "
            "train here"
        )
    return f"{module}.{kind.__qualname__}"


def _changed(estimator: Any) -> dict[str, Any]:
    """The parameters that aren't their defaults."""
    defaults = _defaults(type(estimator))
    found = estimator.get_params(deep=False)
    return {name: _plain(value) for name, value in found.items() if not _same(value, defaults.get(name))}


def _defaults(kind: Any) -> dict[str, Any]:
    if kind.__module__.partition(".")[0] in BOOSTERS:  # their signatures don't tell all that they take
        found: dict[str, Any] = kind().get_params(deep=False)
        return found
    return {name: each.default for name, each in inspect.signature(kind).parameters.items()}


def _same(value: object, default: object) -> bool:
    return value is default or (type(value) is type(default) and bool(value == default))


def _plain(value: Any) -> Any:
    """As JSON has it: an estimator within an estimator by name and parameters, numpy's numbers as Python's."""
    if hasattr(value, "get_params"):
        return described(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if hasattr(value, "tolist"):
        return value.tolist()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise InvalidSpec(f"estimator: a parameter is {value!r}, which YAML has no form for; leave it out")
