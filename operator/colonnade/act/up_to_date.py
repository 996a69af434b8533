"""Whether applying a manifest would change anything, told from the live object and its managedFields.

A manifest is up to date when every value it wants stands in the live object, and we own no field that it no longer
mentions. What the server fills in, and what others own, is none of our business.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kubernetes.utils.quantity import parse_quantity

from colonnade.kube.client import FIELD_MANAGER

_QUANTITIES = frozenset({"cpu", "memory", "storage", "ephemeral-storage", "sizeLimit"})


def is_up_to_date(desired: Mapping[str, Any], live: Mapping[str, Any], subresource: str = "") -> bool:
    return _stands(desired, live) and not _abandons(_ours(live, subresource), desired)


def _stands(desired: Any, live: Any, field: str = "") -> bool:
    if isinstance(desired, Mapping):
        return isinstance(live, Mapping) and all(
            _stands(value, live.get(name), name) for name, value in desired.items()
        )
    if isinstance(desired, Sequence) and not isinstance(desired, str):
        return isinstance(live, Sequence) and _all_stand(desired, live)
    return bool(desired == live) or (field in _QUANTITIES and _same_quantity(desired, live))


def _all_stand(desired: Sequence[Any], live: Sequence[Any]) -> bool:
    if desired and all(isinstance(item, Mapping) and "name" in item for item in desired):
        by_name = {item.get("name"): item for item in live if isinstance(item, Mapping)}
        return all(_stands(item, by_name.get(item["name"])) for item in desired)
    return len(desired) == len(live) and all(map(_stands, desired, live))


def _same_quantity(desired: Any, live: Any) -> bool:
    try:
        return _number(desired) == _number(live)
    except (ValueError, TypeError):
        return False


def _number(quantity: Any) -> Decimal:
    number: Decimal = parse_quantity(quantity)
    return number


def _ours(live: Mapping[str, Any], subresource: str) -> Mapping[str, Any]:
    for entry in live.get("metadata", {}).get("managedFields") or ():
        if (entry.get("manager"), entry.get("operation"), entry.get("subresource", "")) == (
            FIELD_MANAGER,
            "Apply",
            subresource,
        ):
            fields: Mapping[str, Any] = entry.get("fieldsV1") or {}
            return fields
    return {}


def _abandons(owned: Mapping[str, Any], desired: Any) -> bool:
    """owned: fieldsV1, whose keys are `f:<field>`, `k:<the keys of a list's item>`, `v:<a set's value>` and `.`."""
    return any(_is_abandoned(path, below, desired) for path, below in owned.items() if path != ".")


def _is_abandoned(path: str, below: Mapping[str, Any], desired: Any) -> bool:
    sort, _, name = path.partition(":")
    if sort == "f":
        return not isinstance(desired, Mapping) or name not in desired or _abandons(below, desired[name])
    if not isinstance(desired, Sequence) or isinstance(desired, str):
        return True
    if sort == "v":
        return json.loads(name) not in desired
    item = _item(json.loads(name), desired)
    return item is None or _abandons(below, item)


def _item(keys: Mapping[str, Any], desired: Sequence[Any]) -> Mapping[str, Any] | None:
    """The item that these keys name; a key that it leaves to the server (a port's protocol) is no difference."""
    for item in desired:
        if isinstance(item, Mapping) and all(item.get(name, value) == value for name, value in keys.items()):
            return item
    return None
