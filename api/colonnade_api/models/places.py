"""Where in a spec a searched parameter stands: of an estimator within another, of a step before it."""

from collections.abc import Mapping, Sequence
from typing import Any

OF_PREPROCESSING = "preprocessing."


class NoSuchPlace(LookupError):
    """The spec has nothing there; the message is for people."""


def put_nested(params: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """An estimator's params with one more, by scikit-learn's name: a__b is b of the estimator that a is, or of the
    member a of a list of [name, estimator]. Raises NoSuchPlace."""
    outer, nested, inner = name.partition("__")
    if not nested:
        return {**params, name: value}
    if outer in params:
        return {**params, outer: _within(params[outer], outer, inner, value)}
    for key, members in params.items():
        if _is_member_list(members) and any(member[0] == outer for member in members):
            changed = [[each, _within(of, each, inner, value) if each == outer else of] for each, of in members]
            return {**params, key: changed}
    raise NoSuchPlace(f"{name}: estimator.params has no {outer} to set {inner} of; write {{name: sklearn...}} there")


def put_by_path(tree: Any, path: Sequence[str], value: Any) -> Any:
    """A manifest with one value changed; a list's items are named by their number. Raises NoSuchPlace."""
    if not path:
        return value
    step, *rest = path
    if isinstance(tree, Mapping):
        if rest and step not in tree:
            raise NoSuchPlace(f"{'.'.join(path)}: the spec has no {step} there")
        return {**tree, step: put_by_path(tree.get(step), rest, value)}
    if isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
        return [put_by_path(each, rest, value) if n == int(step) else each for n, each in enumerate(tree)]
    raise NoSuchPlace(f"{'.'.join(path)}: the spec has no {step} there")


def _within(estimator: Any, outer: str, inner: str, value: Any) -> dict[str, Any]:
    if not isinstance(estimator, Mapping) or "name" not in estimator:
        raise NoSuchPlace(f"{outer}__{inner}: {outer} is no estimator; write {{name: sklearn...}} there")
    return {**estimator, "params": put_nested(estimator.get("params") or {}, inner, value)}


def _is_member_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, list) and len(each) == 2 for each in value)
